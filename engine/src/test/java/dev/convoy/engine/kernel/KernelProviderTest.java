package dev.convoy.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The property that the build sets for each of its two runs of these tests really decides. */
class KernelProviderTest {

  @Test
  @EnabledIfSystemProperty(named = "convoy.kernels", matches = "vector")
  void vectorRunUsesVectorKernels() {
    assertThat(KernelProvider.get().getClass().getSimpleName()).isEqualTo("VectorKernels");
  }

  @Test
  @EnabledIfSystemProperty(named = "convoy.kernels", matches = "scalar")
  void scalarRunUsesScalarKernelsAndHasNoVectorModule() {
    assertThat(KernelProvider.get()).isInstanceOf(ScalarKernels.class);
    assertThat(KernelProvider.vectorModulePresent()).isFalse();
    assertThatThrownBy(() -> KernelProvider.byName("vector"))
        .hasMessageContaining("--add-modules jdk.incubator.vector");
  }

  @Test
  void anUnknownNameIsRefused() {
    assertThatThrownBy(() -> KernelProvider.byName("simd"))
        .hasMessage("convoy.kernels: got 'simd', expected vector or scalar");
  }
}
