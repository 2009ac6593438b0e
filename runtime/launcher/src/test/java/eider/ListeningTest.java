package eider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import eider.engine.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListeningTest {
    @Test
    void listensToThisMachineUnlessToldOtherwise() throws Exception {
        assertThat(Listening.of(Map.of(), false).address().getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(Listening.of(Map.of("address", " ", "public_url", ""), true).address().isLoopbackAddress()).isTrue();
        assertThat(Listening.of(Map.of("address", "0.0.0.0", "public_url", "https://eider.example.com"), false).address().getHostAddress()).isEqualTo("0.0.0.0");
        assertThat(Listening.of(Map.of("address", "::1"), false).address().isLoopbackAddress()).isTrue();
        assertThat(Listening.of(Map.of("public_url", "https://eider.example.com"), false).address().isLoopbackAddress()).isTrue();
    }

    @Test
    void otherMachinesAreServedUnderANamedAddressOnly() {
        assertThatThrownBy(() -> Listening.of(Map.of("address", "0.0.0.0"), false)).isInstanceOf(EngineException.class).hasMessageContaining("public_url must say");
    }

    @Test
    void aDemoIsNeverServedToOtherMachines() {
        for (Map<String, String> options : java.util.List.of(Map.of("address", "0.0.0.0", "public_url", "https://eider.example.com"), Map.of("address", "0.0.0.0"),
            Map.of("public_url", "https://eider.example.com"))) {
            assertThatThrownBy(() -> Listening.of(options, true)).isInstanceOf(EngineException.class).hasMessageContaining("a demo serves its own machine only");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "eider.example.com", "300.1.1.1", "1.2.3", "0", "127.0.0.1:8080", "fe80::zz", "*"})
    void whatIsNoAddressIsNamed(String text) {
        assertThatThrownBy(() -> Listening.of(Map.of("address", text, "public_url", "https://eider.example.com"), false)).isInstanceOf(EngineException.class)
            .hasMessageContaining("'" + text + "'");
    }

    @Test
    void readsTheFileWithItsVariables(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("web.cfg");
        assertThat(ConfigFolder.options(file, name -> null)).isEmpty();
        Files.writeString(file, "address = 0.0.0.0\npublic_url = https://$[env:HOST_NAME]\n");
        assertThat(ConfigFolder.options(file, name -> "eider.example.com")).containsEntry("public_url", "https://eider.example.com").containsEntry("address", "0.0.0.0");
        assertThatThrownBy(() -> ConfigFolder.options(file, name -> null)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("HOST_NAME");
    }
}
