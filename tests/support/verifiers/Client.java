// A client of Java's JSSE: reads chains from standard input, prints a verdict for each.
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;

public class Client {
    public static void main(String[] words) throws Exception {
        System.out.println("Java " + System.getProperty("java.version"));
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] fields = line.split("\t");
            System.out.println(fields[0] + "\t" + verdict(fields[1], Base64.getDecoder().decode(fields[2]), fields[3].split(",")).replaceAll("\\s+", " "));
        }
    }

    static String verdict(String host, byte[] flight, String[] store) throws Exception {
        KeyStore anchors = KeyStore.getInstance("PKCS12");
        anchors.load(null, null);
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (int number = 0; number < store.length; number++) {
            try {
                anchors.setCertificateEntry("a" + number, factory.generateCertificate(new ByteArrayInputStream(Base64.getDecoder().decode(store[number]))));
            } catch (CertificateException unreadable) {
                continue; // it could not have been put into a store
            }
        }
        if (anchors.size() == 0) {
            return "the trustAnchors parameter must be non-empty"; // as it says itself where the store is opened
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance("PKIX");
        managers.init(anchors);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        SSLEngine engine = context.createSSLEngine(host, 443);
        engine.setUseClientMode(true);
        engine.setEnabledProtocols(new String[] {"TLSv1.2"});
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        try {
            meet(engine, ByteBuffer.wrap(flight));
        } catch (SSLException refused) {
            Throwable deepest = refused;
            while (deepest.getCause() != null) {
                deepest = deepest.getCause();
            }
            return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
        }
        return "";
    }

    static void meet(SSLEngine engine, ByteBuffer flight) throws SSLException {
        ByteBuffer out = ByteBuffer.allocate(1 << 17);
        ByteBuffer plain = ByteBuffer.allocate(1 << 17);
        engine.beginHandshake();
        while (true) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NEED_TASK) {
                engine.getDelegatedTask().run();
            } else if (status == HandshakeStatus.NEED_WRAP) {
                out.clear();
                engine.wrap(ByteBuffer.allocate(0), out);
            } else if (flight.hasRemaining()) {
                engine.unwrap(flight, plain);
            } else {
                return;
            }
        }
    }
}
