package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	apps "k8s.io/api/apps/v1"
	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

var separator = regexp.MustCompile(`(?m)^---\s*$`)

// manifests reads each document into the type its kind names and checks the
// pods in it.
func manifests(b []byte) (string, error) {
	var kinds []string
	var errs []error
	for _, doc := range separator.Split(string(b), -1) {
		var head struct{ APIVersion, Kind string }
		if err := yaml.Unmarshal([]byte(doc), &head); err != nil {
			return "", err
		}
		if head.Kind == "" {
			continue
		}
		kinds = append(kinds, head.Kind)
		fail := func(err error) {
			if err != nil {
				errs = append(errs, fmt.Errorf("%s %s: %w", head.APIVersion, head.Kind, err))
			}
		}
		switch head.APIVersion + " " + head.Kind {
		case "v1 PersistentVolumeClaim":
			fail(yaml.UnmarshalStrict([]byte(doc), &core.PersistentVolumeClaim{}))
		case "v1 Service":
			fail(yaml.UnmarshalStrict([]byte(doc), &core.Service{}))
		case "batch/v1 CronJob":
			var c batch.CronJob
			fail(yaml.UnmarshalStrict([]byte(doc), &c))
			fail(cronJob(&c.Spec))
		case "apps/v1 Deployment":
			var d apps.Deployment
			fail(yaml.UnmarshalStrict([]byte(doc), &d))
			fail(deployment(&d.Spec))
		default:
			fail(errors.New("a kind that this check does not know"))
		}
	}
	if len(kinds) == 0 {
		errs = append(errs, errors.New("no object"))
	}
	return "strictly read: " + strings.Join(kinds, ", "), errors.Join(errs...)
}

func cronJob(s *batch.CronJobSpec) error {
	pod := &s.JobTemplate.Spec.Template.Spec
	errs := []error{pods(pod),
		want(s.ConcurrencyPolicy == batch.ForbidConcurrent, "concurrencyPolicy must be Forbid: the database has one writer"),
		want(s.StartingDeadlineSeconds != nil && *s.StartingDeadlineSeconds >= 3600, "startingDeadlineSeconds must let a missed cycle be made up for"),
		want(s.JobTemplate.Spec.ActiveDeadlineSeconds != nil, "activeDeadlineSeconds must bound a cycle"),
		want(pod.RestartPolicy == core.RestartPolicyNever, "restartPolicy must be Never: podFailurePolicy needs it"),
		want(s.JobTemplate.Spec.PodFailurePolicy != nil, "podFailurePolicy must keep a refusal of the gate (exit 4) from being tried again"),
	}
	return errors.Join(errs...)
}

func deployment(s *apps.DeploymentSpec) error {
	errs := []error{pods(&s.Template.Spec),
		want(s.Replicas != nil && *s.Replicas == 1, "replicas must be 1: one volume, one server"),
		want(s.Strategy.Type == apps.RecreateDeploymentStrategyType, "strategy must be Recreate: the volume is mounted once"),
	}
	if s.Selector != nil {
		for k, v := range s.Selector.MatchLabels {
			errs = append(errs, want(s.Template.Labels[k] == v, "the selector finds no pod of the template"))
		}
	}
	for _, c := range s.Template.Spec.Containers {
		errs = append(errs, want(c.LivenessProbe != nil && c.ReadinessProbe != nil, "probes are missing"))
	}
	return errors.Join(errs...)
}

// pods holds a pod against the restricted level of the pod security standards
// and against what the program needs.
func pods(p *core.PodSpec) error {
	c := p.SecurityContext
	errs := []error{
		want(c != nil && c.RunAsNonRoot != nil && *c.RunAsNonRoot && c.RunAsUser != nil && *c.RunAsUser > 0, "the pod must run as a user other than root"),
		want(c != nil && c.FSGroup != nil, "fsGroup must make the volume writable"),
		want(c != nil && c.SeccompProfile != nil && c.SeccompProfile.Type == core.SeccompProfileTypeRuntimeDefault, "seccompProfile must be RuntimeDefault"),
		want(p.AutomountServiceAccountToken != nil && !*p.AutomountServiceAccountToken, "automountServiceAccountToken must be false: the program asks the cluster nothing"),
		want(!p.HostNetwork && !p.HostPID && !p.HostIPC, "the pod must not share the host's namespaces"),
	}
	claim := map[string]bool{}
	for _, v := range p.Volumes {
		claim[v.Name] = v.PersistentVolumeClaim != nil
	}
	for _, k := range p.Containers {
		s, data := k.SecurityContext, false
		for _, m := range k.VolumeMounts {
			data = data || m.MountPath == "/data" && claim[m.Name]
		}
		errs = append(errs,
			want(s != nil && s.ReadOnlyRootFilesystem != nil && *s.ReadOnlyRootFilesystem, "readOnlyRootFilesystem must be true"),
			want(s != nil && s.AllowPrivilegeEscalation != nil && !*s.AllowPrivilegeEscalation, "allowPrivilegeEscalation must be false"),
			want(s != nil && s.Capabilities != nil && len(s.Capabilities.Add) == 0 && len(s.Capabilities.Drop) == 1 && s.Capabilities.Drop[0] == "ALL", "all capabilities must be dropped"),
			want(!k.Resources.Limits.Memory().IsZero() && !k.Resources.Requests.Cpu().IsZero() && !k.Resources.Requests.Memory().IsZero(), "requests and a memory limit must be set"),
			want(data, "/data must be on the claim's volume"),
		)
	}
	return errors.Join(append(errs, want(len(p.Containers) > 0, "no container"))...)
}

func want(ok bool, why string) error {
	if ok {
		return nil
	}
	return errors.New(why)
}
