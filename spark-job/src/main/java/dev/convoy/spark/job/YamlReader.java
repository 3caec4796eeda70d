package dev.convoy.spark.job;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML document from the parser's events into {@link YamlNode}s. Builds no objects of any
 * other kind, and is bounded in every direction: size, depth and number of nodes; anchors, aliases
 * and tags, which a job file has no use for, are refused.
 */
final class YamlReader {
  /** Characters in a file. */
  static final int MAX_CHARACTERS = 1 << 18;

  /** Lists and mappings within each other. */
  static final int MAX_DEPTH = 12;

  /** Values, lists and mappings in a file. */
  static final int MAX_NODES = 10_000;

  private final String source;
  private final Iterator<Event> events;
  private int nodes;

  private YamlReader(String source, Iterator<Event> events) {
    this.source = source;
    this.events = events;
  }

  /**
   * Reads {@code text}; an empty document is an empty mapping.
   *
   * @param source the file's name for messages
   * @throws UserError naming file and line if this is no YAML of the kind described above
   */
  static YamlNode read(String text, String source) {
    Place file = new Place(source, 0);
    if (text.length() > MAX_CHARACTERS) {
      throw file.error(
          "got more than " + MAX_CHARACTERS + " characters, expected a job file of a few lines");
    }
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel(source)
            .setUseMarks(true)
            .setCodePointLimit(MAX_CHARACTERS)
            .build();
    try {
      return new YamlReader(source, new Parse(settings).parseString(text).iterator()).document();
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(Mark::getLine).orElse(-1) + 1;
      throw new Place(source, line).error("not valid YAML: " + problem(e), e);
    } catch (YamlEngineException e) {
      throw file.error("not valid YAML: " + Texts.shorten(String.valueOf(e.getMessage())), e);
    }
  }

  private static String problem(MarkedYamlEngineException e) {
    String problem = e.getProblem() == null ? "" : e.getProblem();
    String context = e.getContext() == null ? "" : e.getContext() + ": ";
    return Texts.shorten(context) + Texts.shorten(problem);
  }

  private YamlNode document() {
    events.next();
    Event event = events.next();
    if (event.getEventId() == Event.ID.StreamEnd) {
      return new YamlNode.Mapping(new Place(source, 1), List.of());
    }
    YamlNode root = node(events.next(), 0);
    events.next();
    Event after = events.next();
    if (after.getEventId() != Event.ID.StreamEnd) {
      throw place(after).error("got a second document ('---'), expected one a file");
    }
    boolean empty = root instanceof YamlNode.Scalar scalar && scalar.isEmpty();
    return empty ? new YamlNode.Mapping(root.place(), List.of()) : root;
  }

  private YamlNode node(Event event, int depth) {
    Place place = place(event);
    if (++nodes > MAX_NODES) {
      throw place.error("got more than " + MAX_NODES + " values, expected a job file");
    }
    if (depth > MAX_DEPTH) {
      throw place.error(
          "got lists or mappings nested more than " + MAX_DEPTH + " deep, expected a job file");
    }
    plainOnly(event, place);
    if (event instanceof ScalarEvent scalar) {
      return new YamlNode.Scalar(place, scalar.getValue(), scalar.isPlain());
    }
    if (event instanceof SequenceStartEvent) {
      List<YamlNode> items = new ArrayList<>();
      Event next = events.next();
      while (next.getEventId() != Event.ID.SequenceEnd) {
        items.add(node(next, depth + 1));
        next = events.next();
      }
      return new YamlNode.Sequence(place, items);
    }
    return mapping(place, depth);
  }

  private YamlNode.Mapping mapping(Place place, int depth) {
    List<YamlNode.Entry> entries = new ArrayList<>();
    Map<String, Place> seen = new HashMap<>();
    Event next = events.next();
    while (next.getEventId() != Event.ID.MappingEnd) {
      YamlNode key = node(next, depth + 1);
      if (!(key instanceof YamlNode.Scalar name)) {
        throw key.place().error("got " + key.kind() + " as a key, expected a name");
      }
      Place earlier = seen.putIfAbsent(name.text(), key.place());
      if (earlier != null) {
        throw key.place()
            .error(
                "'"
                    + Texts.shorten(name.text())
                    + "' stands here twice, first in line "
                    + earlier.line()
                    + "; keep one");
      }
      entries.add(new YamlNode.Entry(name, node(events.next(), depth + 1)));
      next = events.next();
    }
    return new YamlNode.Mapping(place, entries);
  }

  private static void plainOnly(Event event, Place place) {
    Optional<?> anchor = event instanceof NodeEvent node ? node.getAnchor() : Optional.empty();
    if (event instanceof AliasEvent || anchor.isPresent()) {
      throw place.error("got a YAML anchor or alias (& or *), expected the value written out");
    }
    Optional<String> tag = Optional.empty();
    if (event instanceof ScalarEvent scalar) {
      tag = scalar.getTag();
    } else if (event instanceof SequenceStartEvent sequence) {
      tag = sequence.getTag();
    } else if (event instanceof MappingStartEvent mapping) {
      tag = mapping.getTag();
    }
    if (tag.isPresent()) {
      throw place.error(
          "got the YAML tag '"
              + Texts.shorten(tag.get())
              + "', expected a plain value: a job file builds no objects");
    }
  }

  private Place place(Event event) {
    return new Place(source, event.getStartMark().map(Mark::getLine).orElse(-1) + 1);
  }
}
