package eider.identity;

import eider.engine.EngineException;
import eider.people.Actor;
import eider.people.Audit;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The audit trail, for others. */
@Component
public final class AuditService implements Audit {
    private static final int LONGEST_LIST = 10_000;

    private final House house;

    @Activate
    public AuditService(@Reference House house) {
        this.house = house;
    }

    @Override
    public void add(Actor by, String action, String object, String before, String after) throws EngineException {
        house.vault().change(sql -> house.trail().add(sql, by, action, object, before, after));
    }

    @Override
    public List<Entry> entries(long before, int limit, String sought) throws EngineException {
        return house.vault().read(sql -> house.trail().entries(sql, before, Math.clamp(limit, 0, LONGEST_LIST), sought));
    }

    @Override
    public Verified verify() throws EngineException {
        return house.vault().read(house.trail()::verify);
    }
}
