package eider.deployer;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A folder that people put jars into.
 *
 * @param path absolute; need not be there yet
 * @param rank the folder with the lower rank wins between jars of the same version
 */
record DropFolder(Path path, int rank) {

    /** The files that want to be plugins. Temporary names (a leading dot, an ending other than {@code .jar}) and folders within are left alone. */
    List<Path> jars() throws IOException {
        List<Path> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                if (!name.startsWith(".") && name.toLowerCase(Locale.ROOT).endsWith(".jar")) {
                    jars.add(file);
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
        return jars;
    }

    /** Refuses what nobody should take code from: files that anybody may write, links that lead out of the folder, what is no file. */
    void trust(Path file) throws IOException, Refusal {
        if (writableByEveryone(path)) {
            throw new Refusal("lies in a folder that everybody may write to, so anybody could put code there; run: chmod o-w "
                + Words.plain(path.toString()));
        }
        if (Files.isSymbolicLink(file)) {
            Path target;
            try {
                target = file.toRealPath();
            } catch (NoSuchFileException e) {
                throw new Refusal("is a link that leads nowhere; copy the jar itself", e);
            }
            if (!target.startsWith(path.toRealPath())) {
                throw new Refusal("is a link that leads out of the plugin folder, to " + Words.plain(target.toString()) + "; copy the jar itself");
            }
        }
        if (Files.isDirectory(file)) {
            throw new Refusal("is a folder; put the jar itself here");
        }
        if (!Files.isRegularFile(file)) {
            throw new Refusal("is not a file");
        }
        if (writableByEveryone(file)) {
            throw new Refusal("can be changed by everybody on this machine; run: chmod o-w " + Words.plain(file.toString()));
        }
        if (!Files.isReadable(file)) {
            throw new Refusal("cannot be read; check its permissions");
        }
    }

    private static boolean writableByEveryone(Path path) throws IOException {
        return Files.getFileStore(path).supportsFileAttributeView("posix")
            && Files.getPosixFilePermissions(path.toRealPath(), LinkOption.NOFOLLOW_LINKS).contains(PosixFilePermission.OTHERS_WRITE);
    }
}
