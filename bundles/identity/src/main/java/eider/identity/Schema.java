package eider.identity;

import java.util.List;

/**
 * The tables. Times are milliseconds since 1970, digests are SHA-256. A new version is a new list at the end of {@link #VERSIONS}; what stands here
 * already is never changed.
 */
final class Schema {
    private static final List<String> FIRST = List.of(
            "CREATE TABLE schema_version (version INT PRIMARY KEY, at BIGINT NOT NULL)",
            // ids are never given again: there may be a cache of 32 lost with a crash, and no more
            """
            CREATE TABLE person (
                id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                username VARCHAR(64) NOT NULL, username_key VARCHAR(64) NOT NULL UNIQUE,
                email VARCHAR(254) NOT NULL, email_key VARCHAR(254) UNIQUE,
                role VARCHAR(100) NOT NULL, active BOOLEAN NOT NULL, must_change BOOLEAN NOT NULL, demo BOOLEAN NOT NULL,
                password VARCHAR(300) NOT NULL, created BIGINT NOT NULL, last_sign_in BIGINT)
            """,
            """
            CREATE TABLE attribute (person BIGINT NOT NULL REFERENCES person, name VARCHAR(64) NOT NULL, text VARCHAR(400) NOT NULL,
                PRIMARY KEY (person, name))
            """,
            // the secret is encrypted with the key in data/people.key; step is the last one whose code was taken
            """
            CREATE TABLE factor (person BIGINT NOT NULL REFERENCES person, confirmed BOOLEAN NOT NULL, secret VARBINARY(100) NOT NULL,
                step BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (person, confirmed))
            """,
            "CREATE TABLE recovery (person BIGINT NOT NULL REFERENCES person, digest BINARY(32) NOT NULL, PRIMARY KEY (person, digest))",
            """
            CREATE TABLE session (digest BINARY(32) PRIMARY KEY, id VARCHAR(20) NOT NULL UNIQUE, person BIGINT NOT NULL REFERENCES person,
                began BIGINT NOT NULL, seen BIGINT NOT NULL, ends BIGINT NOT NULL, origin VARCHAR(200) NOT NULL, agent VARCHAR(200) NOT NULL)
            """, """
            CREATE TABLE token (digest BINARY(32) PRIMARY KEY, id VARCHAR(20) NOT NULL UNIQUE, person BIGINT NOT NULL REFERENCES person,
                name VARCHAR(100) NOT NULL, scopes VARCHAR(200) NOT NULL, created BIGINT NOT NULL, ends BIGINT NOT NULL, used BIGINT)
            """,
            "CREATE TABLE ticket (digest BINARY(32) PRIMARY KEY, person BIGINT NOT NULL REFERENCES person, ends BIGINT NOT NULL, tries INT NOT NULL)",
            // person 0: the set-up link
            "CREATE TABLE link (digest BINARY(32) PRIMARY KEY, person BIGINT NOT NULL UNIQUE, ends BIGINT NOT NULL)",
            // name is a keyed digest of what was typed, since some type their password there
            "CREATE TABLE failure (name BINARY(32) PRIMARY KEY, tries INT NOT NULL, pause_ends BIGINT NOT NULL, last BIGINT NOT NULL)",
            """
            CREATE TABLE audit (number BIGINT PRIMARY KEY, at BIGINT NOT NULL, kind VARCHAR(20) NOT NULL, name VARCHAR(200) NOT NULL,
                origin VARCHAR(200) NOT NULL, agent VARCHAR(200) NOT NULL, action VARCHAR(100) NOT NULL, object VARCHAR(4000) NOT NULL,
                before_text VARCHAR(4000) NOT NULL, after_text VARCHAR(4000) NOT NULL, hash BINARY(32) NOT NULL)
            """,
            "CREATE TABLE audit_head (one INT PRIMARY KEY CHECK (one = 1), number BIGINT NOT NULL, hash BINARY(32) NOT NULL, signature "
            + "VARBINARY(100) NOT NULL)",
            """
            CREATE TABLE audit_gap (first BIGINT PRIMARY KEY, last BIGINT NOT NULL, at BIGINT NOT NULL, hash BINARY(32) NOT NULL,
                signature VARBINARY(100) NOT NULL)
            """,
            "CREATE INDEX session_person ON session (person)",
            "CREATE INDEX token_person ON token (person)",
            // The daily work is done by a user who may read and write rows and nothing else: no aliases, no linked tables, no files.
            "CREATE USER worker PASSWORD ''",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON person, attribute, factor, recovery, session, token, ticket, link, failure, audit_head TO "
            + "worker",
            "GRANT SELECT, INSERT, DELETE ON audit, audit_gap TO worker",
            "GRANT SELECT ON schema_version TO worker");

    static final List<List<String>> VERSIONS = List.of(FIRST);

    private Schema() {}
}
