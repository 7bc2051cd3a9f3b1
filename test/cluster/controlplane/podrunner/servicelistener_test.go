package podrunner

import (
	"io"
	"net"
	"strings"
	"testing"
)

// serveName answers each connection with a name after the client has closed its side.
func serveName(t *testing.T, name string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			sent, _ := io.ReadAll(connection)
			_, _ = io.WriteString(connection, name+" "+string(sent))
			_ = connection.Close()
		}
	}()
	return listener.Addr().String()
}

func ask(t *testing.T, address string) (string, error) {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	if _, err := io.WriteString(connection, "hello"); err != nil {
		return "", err
	}
	if err := connection.(*net.TCPConn).CloseWrite(); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(connection)
	return string(answer), err
}

func TestConnectionsArePassedOnInTurn(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := dead.Addr().String()
	if err := dead.Close(); err != nil {
		t.Fatal(err)
	}
	a, b := serveName(t, "a"), serveName(t, "b")
	for name, test := range map[string]struct {
		backends []string
		want     string
	}{
		"in turn":                 {[]string{a, b}, "a hello, b hello, a hello"},
		"past one that is gone":   {[]string{gone, b}, "b hello, b hello, b hello"},
		"reset when all are gone": {[]string{gone}, "reset, reset, reset"},
		"only one":                {[]string{a}, "a hello, a hello, a hello"},
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := listenFor("127.0.0.1:0", test.backends)
			if err != nil {
				t.Fatal(err)
			}
			defer listener.close()
			var answers []string
			for range 3 {
				answer, err := ask(t, listener.address())
				if err != nil {
					answer = "reset"
				}
				answers = append(answers, answer)
			}
			if got := strings.Join(answers, ", "); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
