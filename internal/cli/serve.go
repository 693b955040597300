package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"past/internal/edition/publish"
	"past/internal/web"
)

type serveCmd struct {
	logFlags
	Addr  string        `name:"addr" default:"127.0.0.1:8080" help:"Address to listen on." env:"PAST_ADDR" placeholder:"HOST:PORT"`
	Out   string        `name:"out" help:"Published folder, as refresh --out (default: past-site)." placeholder:"DIR" env:"PAST_SITE"`
	Base  string        `name:"base" help:"Public address, for citations." placeholder:"URL" env:"PAST_BASE"`
	Grace time.Duration `name:"grace" default:"10s" help:"How long running requests may go on after the signal to stop."`

	reportOut string // the configuration's folder of past report
}

func (c *serveCmd) Run(ctx context.Context, e *Env) (err error) {
	given := c.Out != ""
	if c.Out, err = publishedFolder(c.Out, c.reportOut); err != nil {
		return err
	}
	if report := cmp.Or(c.reportOut, "past-report"); !given {
		// Without a published folder, what past report wrote is shown.
		if id, _, _ := publish.Shown(c.Out); id == "" {
			if id, _, _ = publish.Shown(report); id != "" {
				c.Out = report
			}
		}
	}
	st, err := e.openStore(ctx, "serve", true, false)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := e.readersVocabulary(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("serve: %w; name another address with --addr", err)
	}
	log := c.logger(e)
	s, err := web.New(web.Options{Store: st, Out: c.Out, Base: c.Base, Version: e.Version, Log: log})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer s.Close()
	log.Info("serving", "address", "http://"+l.Addr().String()+"/", "database", st.Path(), "out", c.Out, "version", e.Version)
	if err := s.Serve(ctx, l, c.Grace); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}
