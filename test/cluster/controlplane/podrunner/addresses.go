package podrunner

import (
	"fmt"
	"net/netip"
	"sync"
)

// addresses assigns the addresses of one prefix to Pods. It reuses an address only after all others, because a client
// may still have a connection to the previous Pod.
type addresses struct {
	mutex  sync.Mutex
	prefix netip.Prefix
	last   netip.Addr
	used   map[netip.Addr]bool
}

// newAddresses takes a prefix in CIDR notation that lies within 127.0.0.0/8, the only addresses that need no setup.
func newAddresses(cidr string) (*addresses, error) {
	prefix, err := netip.ParsePrefix(cidr)
	if err != nil {
		return nil, fmt.Errorf("pod CIDR: %w", err)
	}
	prefix = prefix.Masked()
	if !prefix.Addr().Is4() || !prefix.Addr().IsLoopback() || prefix.Bits() > 30 {
		return nil, fmt.Errorf("pod CIDR %s is not within 127.0.0.0/8, or smaller than a /30", cidr)
	}
	return &addresses{prefix: prefix, last: prefix.Addr(), used: map[netip.Addr]bool{}}, nil
}

// take returns a free address, or an error when none is free.
func (a *addresses) take() (string, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	first := a.after(a.last)
	for next := first; ; {
		if !a.used[next] {
			a.used[next] = true
			a.last = next
			return next.String(), nil
		}
		if next = a.after(next); next == first {
			return "", fmt.Errorf("all addresses of %s are taken", a.prefix)
		}
	}
}

// give returns a taken address. It ignores other addresses.
func (a *addresses) give(address string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if parsed, err := netip.ParseAddr(address); err == nil {
		delete(a.used, parsed)
	}
}

// after skips the first and the last address of the prefix, which may be network and broadcast addresses.
func (a *addresses) after(address netip.Addr) netip.Addr {
	next := address.Next()
	if !a.prefix.Contains(next) || !a.prefix.Contains(next.Next()) {
		return a.prefix.Addr().Next()
	}
	return next
}
