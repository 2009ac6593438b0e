package eider.identity;

import eider.people.People.Change;
import eider.people.SignIns.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;

/** A process of its own that changes accounts until it is killed, and says what is done once it is. */
final class Changes {
    private Changes() {}

    public static void main(String[] arguments) throws Exception {
        House house = new House(Path.of(arguments[0]), false, InstantSource.system(), new Passwords(Home.CHEAP, Duration.ofSeconds(10)));
        PeopleService people = new PeopleService(house);
        SignInService signIns = new SignInService(house);
        String round = arguments[1];
        System.out.println("open");
        for (int i = 0;; i++) {
            String name = "p" + round + "-" + i;
            long id = people.add(name, "", i == 0 ? "admin" : "user", Map.of("region", "r" + i), Home.GOOD.toCharArray(), Home.OPS).id();
            System.out.println("added " + name);
            people.change(id, new Change(null, "admin", Map.of("region", "s" + i, "more", "m"), null), Home.OPS);
            System.out.println("changed " + name);
            Outcome.In in = (Outcome.In) signIns.signIn(name, Home.GOOD.toCharArray(), Home.ANN);
            System.out.println("in " + in.secret());
        }
    }
}
