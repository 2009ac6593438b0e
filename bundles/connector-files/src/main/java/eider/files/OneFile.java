package eider.files;

import eider.connector.SourceException;
import eider.connector.SourceException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A single file, wherever it lies: the person who handed it over may read it. */
record OneFile(Path file) implements Finder {

    @Override
    public List<Found> find() throws SourceException {
        try {
            Path real = file.toRealPath();
            if (Files.isDirectory(real)) {
                throw new SourceException(Kind.DATA, "'" + file + "' is a folder; name a file.");
            }
            Stamp stamp = Stamp.of(real);
            if (stamp == null) {
                throw new SourceException(Kind.DATA, "'" + file + "' is no ordinary file.");
            }
            return List.of(new Found(real.toString(), real, stamp));
        } catch (IOException e) {
            throw new SourceException(Kind.DATA, "There is no file '" + file + "', or it cannot be reached.", e);
        }
    }

    @Override
    public Path locate(String name) {
        return Path.of(name);
    }
}
