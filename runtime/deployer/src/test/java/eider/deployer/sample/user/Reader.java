package eider.deployer.sample.user;

import eider.deployer.sample.library.Library;
import org.osgi.service.component.annotations.Component;

/** Uses a class of another plugin. */
@Component(service = Reader.class)
public final class Reader {
    /** What it reads. */
    public String read() {
        return Library.name();
    }
}
