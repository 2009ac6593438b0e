package eider.files;

import eider.tck.Binding;
import eider.tck.Connector;
import eider.tck.Outside;
import eider.tck.SourceContract;
import java.io.IOException;
import java.nio.file.Path;

/** The files connector keeps the connector contract, in a plain JVM. */
class FilesContractTest implements SourceContract {

    @Override
    public Connector connector(Path home) {
        return (name, options) -> FilesSource.in(home, Binding.of(FilesConfig.class, options));
    }

    @Override
    public Outside outside(Path home, String name) throws IOException {
        return new FolderOfFiles(home, name);
    }
}
