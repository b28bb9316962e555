package org.matrixletta.router.provision;

import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/** Looks at rooms, one after the other, until one fits. */
final class RoomSearch {

    private final Iterator<String> rooms;
    private final Predicate<RoomState> fits;
    private String next;
    private RoomState found;

    RoomSearch(List<String> rooms, Predicate<RoomState> fits) {
        this.rooms = rooms.iterator();
        this.fits = fits;
    }

    /** Whether there is another room to look at. */
    public boolean goesOn() {
        return found == null && rooms.hasNext();
    }

    /** Goes to the next room. */
    String advance() {
        next = rooms.next();
        return next;
    }

    /** The room that is looked at. */
    String current() {
        return next;
    }

    /** Takes what that room's state says. */
    void saw(RoomState room) {
        found = fits.test(room) ? room : null;
    }

    /** The room that fits, or null. */
    public RoomState found() {
        return found;
    }
}
