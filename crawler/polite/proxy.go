package polite

import (
	"net"
	"net/url"
	"os"
	"strings"
)

// proxyHosts lists the proxies that the environment names, as "host:port".
// They are dialled in place of the register and mostly lie inside the user's
// own network, so the address guard lets them pass.
func proxyHosts() []string {
	var out []string
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"} {
		v := os.Getenv(name)
		if v == "" {
			continue
		}
		u, err := url.Parse(v)
		if err != nil || u.Host == "" {
			if u, err = url.Parse("http://" + v); err != nil {
				continue
			}
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
		}
		out = append(out, strings.ToLower(net.JoinHostPort(u.Hostname(), port)))
	}
	return out
}
