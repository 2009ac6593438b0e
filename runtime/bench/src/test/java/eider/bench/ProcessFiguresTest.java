package eider.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ProcessFiguresTest {
    private final ProcessFigures self = new ProcessFigures(ProcessHandle.current().pid());

    @Test
    void processorTimeIsThatOfTheJvmsOwnCount() throws Exception {
        com.sun.management.OperatingSystemMXBean own = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        double before = own.getProcessCpuTime() / 1e9;
        double measured = self.cpuSeconds();
        double after = own.getProcessCpuTime() / 1e9;

        assertThat(measured).isBetween(before - 0.05, after + 0.05);
    }

    @Test
    void thePeakIsNoLessThanWhatIsResident() throws Exception {
        double resident = self.resident();

        assertThat(resident).isGreaterThan(10);
        assertThat(self.peakResident()).isGreaterThanOrEqualTo(resident);
    }

    @Test
    void aProcessThatIsGoneIsAFailureAndNotAZero() {
        assertThatThrownBy(() -> new ProcessFigures(Integer.MAX_VALUE).cpuSeconds()).isInstanceOf(NoSuchFileException.class);
    }
}
