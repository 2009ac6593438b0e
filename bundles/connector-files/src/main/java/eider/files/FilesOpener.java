package eider.files;

import eider.connector.FileOpener;
import eider.connector.Source;
import java.nio.file.Path;
import org.osgi.service.component.annotations.Component;

/** Opens a file that a person hands over on the command line. */
@Component(service = FileOpener.class)
public final class FilesOpener implements FileOpener {

    @Override
    public Source open(Path file, String dataset) {
        return FilesSource.of(file.toAbsolutePath(), dataset);
    }
}
