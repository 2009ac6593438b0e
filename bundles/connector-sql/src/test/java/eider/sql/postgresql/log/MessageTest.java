package eider.sql.postgresql.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The messages of the manual's chapter, byte by byte, and what is none of them. */
class MessageTest {

    private static Message of(String hex) {
        return Message.of(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))));
    }

    @Test
    void transactionsTablesAndRowsAreUnderstood() {
        assertThat(of("42 0000000000000010 0000000000000000 00000007")).isEqualTo(new Message.Begin(0x10, 7));
        assertThat(of("43 00 0000000000000010 0000000000000020 0000000000000000")).isEqualTo(new Message.Commit(0x20));
        assertThat(of("52 00004000 70756200 6f00 64 0002 01 696400 00000014 ffffffff 00 6e00 00000019 ffffffff"))
                .isEqualTo(new Message.Relation(0x4000, "pub", "o", List.of("id", "n"), List.of(0x14_ffffffffL, 0x19_ffffffffL)));
        Message.Insert insert = (Message.Insert) of("49 00004000 4e 0003 74 00000002 c3a9 6e 75");
        assertThat(insert.relation()).isEqualTo(0x4000);
        assertThat(insert.row().texts()).containsExactly("é", null, null);
        assertThat(insert.row().told()).containsExactly(true, true, false);
        Message.Update update = (Message.Update) of("55 00004000 4b 0001 74 00000001 31 4e 0001 74 00000001 32");
        assertThat(update.before().texts()).containsExactly("1");
        assertThat(update.row().texts()).containsExactly("2");
        assertThat(((Message.Update) of("55 00004000 4e 0001 6e")).before()).isNull();
        assertThat(((Message.Delete) of("44 00004000 4f 0001 74 00000001 31")).before().texts()).containsExactly("1");
        assertThat(of("54 00000002 01 00004000 00004001")).isEqualTo(new Message.Truncate(List.of(0x4000, 0x4001)));
        assertThat(of("59 00000010 7000 7400")).isInstanceOf(Message.Other.class);
    }

    /** A server that lies costs no memory and no endless loop. */
    @Test
    @Timeout(20)
    void whatBreaksOffOrIsUnknownIsRefusedWithASentence() {
        for (String bad : List.of("", "5a", "49 00004000", "49 00004000 4e 7fff", "49 00004000 4e 0001 74 7fffffff 31", "49 00004000 4e 0001 74 ffffffff", "49 00004000 4e 0001 62",
                "49 00004000 58 0000", "55 00004000 58", "44 00004000 4e 0000", "54 7fffffff 00", "52 00004000 7075", "52 00004000 7000 7400 64 7fff")) {
            assertThatThrownBy(() -> of(bad)).as(bad).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("The log");
        }
        Random random = new Random(7);
        byte[] kinds = "BCRIUDTOYM".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(60)];
            random.nextBytes(bytes);
            bytes[0] = kinds[i % kinds.length];
            try {
                assertThat(Message.of(ByteBuffer.wrap(bytes))).isNotNull();
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageStartingWith("The log");
            }
        }
    }
}
