import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIMatcher;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** A TLS server of JSSE, configured by a properties file: {@code java Server.java SERVER.properties}. */
public class Server {
    private static final byte[] ANSWER =
            "HTTP/1.0 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n".getBytes(StandardCharsets.US_ASCII);

    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        try (InputStream file = new FileInputStream(arguments[0])) {
            settings.load(file);
        }
        if (settings.getProperty("weak").equals("true")) {
            Security.setProperty("jdk.tls.disabledAlgorithms", "");
            Security.setProperty("jdk.certpath.disabledAlgorithms", "");
            Security.setProperty("jdk.tls.legacyAlgorithms", "");
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers(settings), trustManagers(settings.getProperty("authority")), null);
        SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(
                Integer.parseInt(settings.getProperty("port")), 50, InetAddress.getByName(settings.getProperty("host")));
        listener.setSSLParameters(parameters(settings, listener.getSSLParameters()));
        while (true) {
            Socket plain = listener.accept();
            Thread thread = new Thread(() -> converse((SSLSocket) plain));
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void converse(SSLSocket socket) {
        try (socket) {
            socket.startHandshake();
            socket.getInputStream().read(new byte[4096]);
            OutputStream out = socket.getOutputStream();
            out.write(ANSWER);
            out.flush();
        } catch (IOException error) {
            System.out.println(error);
        }
    }

    private static SSLParameters parameters(Properties settings, SSLParameters parameters) {
        parameters.setProtocols(settings.getProperty("protocols").split(","));
        if (!settings.getProperty("ciphers").isEmpty()) {
            parameters.setCipherSuites(settings.getProperty("ciphers").split(","));
        }
        if (!settings.getProperty("alpn").isEmpty()) {
            parameters.setApplicationProtocols(settings.getProperty("alpn").split(","));
        }
        if (!settings.getProperty("authority").isEmpty()) {
            if (settings.getProperty("required").equals("true")) {
                parameters.setNeedClientAuth(true);
            } else {
                parameters.setWantClientAuth(true);
            }
        }
        if (!settings.getProperty("names").isEmpty()) {
            List<SNIMatcher> matchers = new ArrayList<>();
            String pattern = settings.getProperty("names").replace(".", "\\.").replace("*", "[^.]+").replace(",", "|");
            matchers.add(SNIHostName.createSNIMatcher(pattern));
            parameters.setSNIMatchers(matchers);
        }
        return parameters;
    }

    /** One key manager that holds every entry: JSSE then chooses by key type. */
    private static KeyManager[] keyManagers(Properties settings) throws Exception {
        char[] password = settings.getProperty("password").toCharArray();
        KeyStore all = KeyStore.getInstance("PKCS12");
        all.load(null, null);
        for (String path : settings.getProperty("keystores").split(":")) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream file = new FileInputStream(path)) {
                store.load(file, password);
            }
            for (String alias : java.util.Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias)) {
                    all.setKeyEntry(alias, store.getKey(alias, password), password, store.getCertificateChain(alias));
                }
            }
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
        factory.init(all, password);
        return factory.getKeyManagers();
    }

    private static TrustManager[] trustManagers(String path) throws Exception {
        if (path.isEmpty()) {
            return null;
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (InputStream file = new FileInputStream(path)) {
            int number = 0;
            for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("authority" + number++, certificate);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }
}
