package eider.tck.staying;

import eider.connector.Source;
import eider.tck.ledger.LedgerConfig;
import eider.tck.ledger.LedgerSource;
import java.util.IdentityHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;

/** Leaves a hook with the JVM that holds its class loader for good. */
@Component(service = Source.class, configurationPid = "ledger", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LedgerConfig.class, factory = true)
public final class StayingSource extends LedgerSource {

    @Activate
    public StayingSource(LedgerConfig config) {
        super(config);
        System.getProperties().put("staying-" + System.identityHashCode(this), new IdentityHashMap<>() {
            private static final long serialVersionUID = 1L;
            private final transient Object source = StayingSource.this;

            @Override
            public String toString() {
                return "held by " + source.getClass();
            }
        });
    }
}
