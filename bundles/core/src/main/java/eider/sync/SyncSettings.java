package eider.sync;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The {@link SyncOptions} that count now. An option that cannot be is told in the log, and what counted before goes on to count. */
@Component(service = SyncSettings.class, configurationPid = "sync")
@Designate(ocd = SyncConfig.class)
public final class SyncSettings {
    private static final Logger log = LoggerFactory.getLogger(SyncSettings.class);

    private volatile SyncOptions options = SyncOptions.DEFAULT;

    @Activate
    public SyncSettings(SyncConfig config) {
        modified(config);
    }

    public SyncSettings(SyncOptions options) {
        this.options = options;
    }

    @Modified
    void modified(SyncConfig config) {
        try {
            options = SyncOptions.of(config);
        } catch (IllegalArgumentException e) {
            log.error("config/sync.cfg: {}; the file does not count until that is mended", e.getMessage());
        }
    }

    SyncOptions options() {
        return options;
    }
}
