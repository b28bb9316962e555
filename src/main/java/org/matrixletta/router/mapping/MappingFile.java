package org.matrixletta.router.mapping;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A mapping file on disk: opened with care, and judged by who may write it. */
public final class MappingFile {

    private MappingFile() {
    }

    /**
     * Opens the file for reading.
     *
     * @throws MappingFileException if it is missing, is no regular file, or may not be read; the sentence says what to do
     */
    public static InputStream open(Path path) {
        try {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new MappingFileException(path + " is not a file but a " + (Files.isDirectory(path) ? "folder" : "pipe or device")
                        + "; put the mapping file in its place.");
            }
            return Files.newInputStream(path);
        } catch (NoSuchFileException e) {
            throw new MappingFileException("The mapping file " + path + " does not exist; put it there, or name another one.", e);
        } catch (AccessDeniedException e) {
            throw new MappingFileException("The mapping file " + path + " may not be read by user " + System.getProperty("user.name") + modes(path)
                    + "; allow it, for example with `chmod u+r,go+r " + path + "`.", e);
        } catch (IOException e) {
            throw new MappingFileException("The mapping file " + path + " cannot be read (" + e.getClass().getSimpleName() + "); check the disk.", e);
        }
    }

    /** A line for the file and for its folder if others than its owner may write there: whoever can, can take rooms. */
    public static List<String> warnings(Path path) {
        List<String> warnings = new ArrayList<>();
        for (Path place : List.of(path, path.toAbsolutePath().getParent())) {
            try {
                Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(place);
                if (allowed.contains(PosixFilePermission.GROUP_WRITE) || allowed.contains(PosixFilePermission.OTHERS_WRITE)) {
                    warnings.add(place + " is writable by others than its owner (" + PosixFilePermissions.toString(allowed)
                            + "), who could move any room to any agent; `chmod go-w " + place + "` closes it");
                }
            } catch (IOException | UnsupportedOperationException e) {
                warnings.add("who may write " + place + " cannot be told");
            }
        }
        return warnings;
    }

    private static String modes(Path path) {
        try {
            PosixFileAttributes file = Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return " (it belongs to " + file.owner().getName() + " with " + PosixFilePermissions.toString(file.permissions()) + ")";
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
