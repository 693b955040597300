package cli

import (
	"cmp"
	"log/slog"
	"os"
	"past/internal/run/notify"
)

// notifyFlags say who hears of a new or refused edition. Secrets come from
// the environment or from files, never from flags, which other users of the
// machine can see.
type notifyFlags struct {
	NotifyCommand string   `name:"notify-command" help:"Command line to run for a new or refused edition; it reads JSON on its standard input." placeholder:"COMMAND" env:"PAST_NOTIFY_COMMAND" group:"Notifications"`
	NotifyWebhook string   `name:"notify-webhook" help:"https address to post JSON to, signed with the secret of PAST_WEBHOOK_SECRET or PAST_WEBHOOK_SECRET_FILE." placeholder:"URL" env:"PAST_NOTIFY_WEBHOOK" group:"Notifications"`
	MailServer    string   `name:"mail-server" help:"SMTP server; login from PAST_SMTP_USER and PAST_SMTP_PASSWORD or PAST_SMTP_PASSWORD_FILE." placeholder:"HOST:PORT" env:"PAST_MAIL_SERVER" group:"Notifications"`
	MailTLS       string   `name:"mail-tls" enum:",starttls,tls" default:"" help:"starttls, or tls from the start (default: tls on port 465, else starttls; to a server on this machine without login, neither)." placeholder:"HOW" env:"PAST_MAIL_TLS" group:"Notifications"`
	MailCA        string   `name:"mail-ca" help:"PEM file of the authorities to trust for the SMTP server (default: the system's)." placeholder:"FILE" env:"PAST_MAIL_CA" group:"Notifications"`
	MailFrom      string   `name:"mail-from" help:"Sender of mail." placeholder:"ADDRESS" env:"PAST_MAIL_FROM" group:"Notifications"`
	MailTo        []string `name:"mail-to" help:"Receiver of mail; repeatable." placeholder:"ADDRESS" env:"PAST_MAIL_TO" group:"Notifications"`

	// files and the user from the configuration
	webhookSecretFile, passwordFile, mailUser string
}

// applyConfig takes what neither a flag nor the environment gave.
func (n *notifyFlags) applyConfig(c notifyConfig) {
	for _, x := range []struct {
		to   *string
		from string
	}{{&n.NotifyCommand, c.Command}, {&n.NotifyWebhook, c.Webhook}, {&n.MailServer, c.Mail.Server}, {&n.MailTLS, c.Mail.TLS},
		{&n.MailCA, c.Mail.CAFile}, {&n.MailFrom, c.Mail.From}} {
		*x.to = cmp.Or(*x.to, x.from)
	}
	if len(n.MailTo) == 0 {
		n.MailTo = c.Mail.To
	}
	n.webhookSecretFile, n.passwordFile, n.mailUser = c.WebhookSecretFile, c.Mail.PasswordFile, c.Mail.User
}

func (n *notifyFlags) channels(e *Env) ([]notify.Channel, error) {
	var out []notify.Channel
	if n.NotifyCommand != "" {
		out = append(out, notify.Command{Line: n.NotifyCommand, Stderr: e.Stderr})
	}
	if n.NotifyWebhook != "" {
		if err := notify.CheckWebhook(n.NotifyWebhook); err != nil {
			return nil, usage("--notify-webhook: %s", err)
		}
		key, err := secret("PAST_WEBHOOK_SECRET", n.webhookSecretFile, e.Stderr)
		if err != nil {
			return nil, err
		}
		if key == "" {
			return nil, usage("--notify-webhook needs a secret to sign with in PAST_WEBHOOK_SECRET or PAST_WEBHOOK_SECRET_FILE, or " +
				"in the file of webhook_secret_file in past.yaml")
		}
		out = append(out, notify.Webhook{URL: n.NotifyWebhook, Secret: []byte(key), Version: e.Version})
	}
	if n.MailServer != "" {
		password, err := secret("PAST_SMTP_PASSWORD", n.passwordFile, e.Stderr)
		if err != nil {
			return nil, err
		}
		receivers := n.MailTo
		if len(receivers) == 0 {
			receivers = []string{""} // the check says what is missing
		}
		for _, to := range receivers {
			m := notify.Mail{Server: n.MailServer, Security: n.MailTLS, CAFile: n.MailCA, User: cmp.Or(os.Getenv("PAST_SMTP_USER"), n.mailUser),
				Password: password, From: n.MailFrom, To: to}
			if err := m.Check(); err != nil {
				return nil, usage("%s (--mail-server, --mail-from, --mail-to)", err)
			}
			out = append(out, m)
		}
	}
	return out, nil
}

// logFlags are those of commands that run for long.
type logFlags struct {
	LogFormat string `name:"log-format" enum:"text,json" default:"text" help:"Log lines as text or json." env:"PAST_LOG_FORMAT"`
	LogLevel  string `name:"log-level" enum:"debug,info,warn,error" default:"info" help:"debug, info, warn or error." env:"PAST_LOG_LEVEL"`
}

func (l *logFlags) logger(e *Env) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.LogLevel)); err != nil {
		level = slog.LevelInfo // the grammar lets nothing else through
	}
	opt := &slog.HandlerOptions{Level: level}
	if l.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(e.Stderr, opt))
	}
	return slog.New(slog.NewTextHandler(e.Stderr, opt))
}
