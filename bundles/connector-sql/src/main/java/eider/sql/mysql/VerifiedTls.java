package eider.sql.mysql;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.sql.SQLException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.HostAddress;
import org.mariadb.jdbc.export.ExceptionFactory;
import org.mariadb.jdbc.plugin.TlsSocketPlugin;

/**
 * TLS as everywhere else: a certificate that comes from those that count, and bears the name that was asked for. The driver's own {@code verify-full}
 * takes any certificate, and looks at no name, where the server can prove that it knows the password. For one connection; the driver makes one for
 * each.
 *
 * <p>Public, with a public constructor, because the driver finds it as a service.
 */
public final class VerifiedTls implements TlsSocketPlugin {
    static final String TYPE = "eider";

    private String host;

    public VerifiedTls() {
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public TrustManager[] getTrustManager(Configuration configuration, ExceptionFactory exceptions, HostAddress address) throws SQLException {
        host = address.host;
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(configuration.serverSslCert() == null ? null : authorities(Path.of(configuration.serverSslCert())));
            return trust.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new SQLException("The certificates that count cannot be read: " + e.getMessage(), "08000", e);
        }
    }

    private static KeyStore authorities(Path file) throws GeneralSecurityException, IOException {
        KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
        authorities.load(null, null);
        try (InputStream pem = Files.newInputStream(file)) {
            for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                authorities.setCertificateEntry(Integer.toString(authorities.size()), authority);
            }
        }
        return authorities;
    }

    /** None: people sign in by their password. */
    @Override
    public KeyManager[] getKeyManager(Configuration configuration, ExceptionFactory exceptions) {
        return null;
    }

    @Override
    public SSLSocket createSocket(Socket socket, SSLSocketFactory factory) throws IOException {
        SSLSocket protectedSocket = (SSLSocket) factory.createSocket(socket, host, socket.getPort(), true);
        SSLParameters parameters = protectedSocket.getSSLParameters();
        // The name is compared by the JDK within the handshake.
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        protectedSocket.setSSLParameters(parameters);
        return protectedSocket;
    }

    @Override
    public void verify(String name, SSLSession session, long thread) {
        // The handshake did.
    }
}
