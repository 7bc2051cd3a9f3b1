// Verifies certificates as the API server does when it calls a webhook: crypto/tls with the bundle as its roots.
// Reads lines {"served": [PEM, ...], "anchors": PEM, "host": "...", "time": milliseconds} and prints one line for each:
// {"ok": true} or {"ok": false, "error": "..."}, with the SHA-256 of every certificate that it read from the bundle.
// A line {"bundle": BASE64} has the bundle as bytes, which need not be UTF-8.
// For a line {"dial": "host:port", "anchors": PEM} it makes a handshake with that server and prints its result.
package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

type task struct {
	Served  []string `json:"served"`
	Anchors string   `json:"anchors"`
	Host    string   `json:"host"`
	Time    int64    `json:"time"`
	Dial    string   `json:"dial"`
	Bundle  []byte   `json:"bundle"`
}

type answer struct {
	Ok      bool     `json:"ok"`
	Error   string   `json:"error,omitempty"`
	Anchors []string `json:"anchors"`
}

// The blocks that CertPool.AppendCertsFromPEM reads.
func anchors(data []byte) []string {
	found := []string{}
	for {
		var block *pem.Block
		block, data = pem.Decode(data)
		if block == nil {
			return found
		}
		if block.Type != "CERTIFICATE" || len(block.Headers) != 0 {
			continue
		}
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
			sum := sha256.Sum256(cert.Raw)
			found = append(found, hex.EncodeToString(sum[:]))
		}
	}
}

// crypto/tls, Conn.verifyServerCertificate.
func verify(t task) error {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(t.Anchors)) {
		return errors.New("no certificate in the bundle")
	}
	certs := []*x509.Certificate{}
	for _, text := range t.Served {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			return errors.New("no PEM")
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return fmt.Errorf("parse: %w", err)
		}
		if key, ok := cert.PublicKey.(*rsa.PublicKey); ok && key.N.BitLen() > 8192 {
			return errors.New("RSA key larger than 8192 bits")
		}
		certs = append(certs, cert)
	}
	if len(certs) == 0 {
		return errors.New("no certificates")
	}
	options := x509.VerifyOptions{
		Roots:         roots,
		Intermediates: x509.NewCertPool(),
		DNSName:       t.Host,
		CurrentTime:   time.UnixMilli(t.Time),
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, cert := range certs[1:] {
		options.Intermediates.AddCert(cert)
	}
	if _, err := certs[0].Verify(options); err != nil {
		return err
	}
	switch certs[0].PublicKey.(type) {
	case *rsa.PublicKey, *ecdsa.PublicKey, ed25519.PublicKey:
		return nil
	default:
		return errors.New("unsupported type of public key")
	}
}

// Like the transport of client-go for a webhook with a URL.
func dial(t task) error {
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(t.Anchors)) {
		return errors.New("no certificate in the bundle")
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	conn, err := tls.DialWithDialer(dialer, "tcp", t.Dial, &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})
	if err != nil {
		return err
	}
	return conn.Close()
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var t task
		if err := json.Unmarshal(lines.Bytes(), &t); err != nil {
			panic(err)
		}
		if t.Bundle != nil {
			t.Anchors = string(t.Bundle)
		}
		result := answer{Ok: true, Anchors: anchors([]byte(t.Anchors))}
		judge := verify
		if t.Dial != "" {
			judge = dial
		}
		if err := judge(t); err != nil {
			result.Ok, result.Error = false, err.Error()
		}
		if err := out.Encode(result); err != nil {
			panic(err)
		}
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}
