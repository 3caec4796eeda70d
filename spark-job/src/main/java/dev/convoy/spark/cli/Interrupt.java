package dev.convoy.spark.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Ctrl-C while it is open: the first one asks for a clean end, the second one ends the process as
 * usual. Where the JVM does not let signals be handled, Ctrl-C stays what it was.
 */
final class Interrupt implements AutoCloseable {
  private static final String SIGNAL = "sun.misc.Signal";
  private static final String HANDLER = "sun.misc.SignalHandler";

  private final Object before;

  private Interrupt(Object before) {
    this.before = before;
  }

  /** Has {@code first} run on the first Ctrl-C, on a thread of the JVM's. */
  static Interrupt first(Runnable first) {
    Interrupt[] self = new Interrupt[1];
    InvocationHandler handler =
        (proxy, method, args) ->
            switch (method.getName()) {
              case "handle" -> {
                handle(self[0].before);
                first.run();
                yield null;
              }
              case "equals" -> proxy == args[0];
              case "hashCode" -> System.identityHashCode(proxy);
              default -> "Ctrl-C";
            };
    try {
      Class<?> type = Class.forName(HANDLER);
      Object proxy = Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
      self[0] = new Interrupt(null);
      self[0] = new Interrupt(handle(proxy));
    } catch (ReflectiveOperationException | RuntimeException e) {
      self[0] = new Interrupt(null);
    }
    return self[0];
  }

  /** By reflection: the compiler warns of this API, and warnings are errors here. */
  private static Object handle(Object handler) throws ReflectiveOperationException {
    if (handler == null) {
      return null;
    }
    Class<?> signal = Class.forName(SIGNAL);
    Method handle = signal.getMethod("handle", signal, Class.forName(HANDLER));
    return handle.invoke(null, signal.getConstructor(String.class).newInstance("INT"), handler);
  }

  @Override
  public void close() {
    try {
      handle(before);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // It could not be set, so there is nothing to undo.
    }
  }
}
