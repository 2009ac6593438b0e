package eider.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DeliveryTest {

    @Test
    void findsHeadersWhateverTheirCapitals() {
        Delivery delivery = delivery(new byte[0]);
        assertThat(delivery.header("x-shop-signature")).isEqualTo("one");
        assertThat(delivery.header("X-SHOP-TOPIC")).isNull();
        assertThat(delivery.headers().get("X-SHOP-Signature")).containsExactly("one", "two");
    }

    @Test
    void keepsItsBytesToItself() {
        byte[] bytes = {1, 2};
        Delivery delivery = delivery(bytes);
        bytes[0] = 9;
        delivery.body()[1] = 9;
        assertThat(delivery.body()).containsExactly(1, 2);
    }

    @Test
    void refusesABodyThatIsTooLong() {
        assertThat(delivery(new byte[Delivery.LARGEST]).body()).hasSize(Delivery.LARGEST);
        assertThatThrownBy(() -> delivery(new byte[Delivery.LARGEST + 1])).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void showsNothingOfItselfInALog() {
        assertThat(delivery("secret".getBytes(java.nio.charset.StandardCharsets.UTF_8)).toString())
                .isEqualTo("Delivery[6 bytes, received 2026-11-01T00:00:00Z]");
    }

    private static Delivery delivery(byte[] body) {
        return new Delivery("https://eider.example.com/webhooks/shop?key=k", Map.of("X-Shop-Signature", List.of("one", "two")), body,
                Instant.parse("2026-11-01T00:00:00Z"));
    }
}
