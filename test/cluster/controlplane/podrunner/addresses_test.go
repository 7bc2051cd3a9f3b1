package podrunner

import "testing"

func TestAddressesAreUsedInTurn(t *testing.T) {
	addresses, err := newAddresses("127.1.0.0/29")
	if err != nil {
		t.Fatal(err)
	}
	take := func(want string) {
		t.Helper()
		if got, err := addresses.take(); err != nil || got != want {
			t.Fatalf("took %q, %v, want %s", got, err, want)
		}
	}
	take("127.1.0.1")
	take("127.1.0.2")
	addresses.give("127.1.0.1")
	addresses.give("no address")
	take("127.1.0.3")
	take("127.1.0.4")
	take("127.1.0.5")
	take("127.1.0.6")
	take("127.1.0.1")
	if got, err := addresses.take(); err == nil {
		t.Fatalf("took %s of a full range", got)
	}
	addresses.give("127.1.0.1")
	take("127.1.0.1")
}

func TestAddressesOutsideLoopbackAreRefused(t *testing.T) {
	for _, cidr := range []string{"10.0.0.0/16", "127.1.0.0/31", "::1/128", "127.1.0.0", ""} {
		if _, err := newAddresses(cidr); err == nil {
			t.Errorf("%q was accepted", cidr)
		}
	}
}
