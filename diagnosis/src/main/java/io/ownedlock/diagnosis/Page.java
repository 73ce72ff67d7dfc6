package io.ownedlock.diagnosis;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page for readers: prose, and for each incident a part between two marks that is written by a run. */
record Page(String text) {

    static Page read(Path file) throws IOException {
        return new Page(Files.readString(file));
    }

    void write(Path file) throws IOException {
        Files.writeString(file, text);
    }

    /** What is between the marks of an incident. */
    String part(Incident incident) {
        return text.substring(begin(incident), end(incident));
    }

    Page with(Incident incident, String part) {
        return new Page(text.substring(0, begin(incident)) + part + text.substring(end(incident)));
    }

    private int begin(Incident incident) {
        return indexAfter("<!-- begin " + incident.id() + " -->\n");
    }

    private int end(Incident incident) {
        String mark = "<!-- end " + incident.id() + " -->";
        return indexAfter(mark) - mark.length();
    }

    private int indexAfter(String mark) {
        int index = text.indexOf(mark);
        if (index < 0) {
            throw new IllegalStateException("The page has no mark " + mark.strip());
        }
        return index + mark.length();
    }
}
