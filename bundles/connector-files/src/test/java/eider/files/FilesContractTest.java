package eider.files;

import eider.tck.Ability;
import eider.tck.Binding;
import eider.tck.Connector;
import eider.tck.Outside;
import eider.tck.SourceContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The files connector keeps the connector contract, in a plain JVM. */
class FilesContractTest implements SourceContract {

    @Override
    public Connector connector(Path home) {
        return (name, options) -> FilesSource.in(home, Binding.of(FilesConfig.class, options));
    }

    @Override
    public Outside outside(Path home, String name) throws IOException {
        return name.equals("catalogue") ? new Catalogue(home, name) : new FolderOfFiles(home, name);
    }

    @Override
    public List<String> cases() {
        return List.of("world", "catalogue");
    }

    /** Files lie on this machine: nothing is fetched, and nobody calls. */
    @Override
    public Set<Ability> lacks() {
        return Set.of(Ability.HTTP, Ability.WEBHOOKS);
    }
}
