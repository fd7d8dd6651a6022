{{/*
What the chart knows of the programs: their ports, whether they hold state, and whom they call. The network policies and
the addresses are made of this.
*/}}
{{- define "vortex.facts" -}}
gateway: {port: 8080, admin: 18090, calls: [config-svc, rollout-svc, drift-svc, heartbeat-ingest]}
config-svc: {port: 9091, admin: 18091, store: config, calls: []}
rollout-svc: {port: 9092, admin: 18092, store: rollout, calls: [config-svc, drift-svc]}
drift-svc: {port: 9093, admin: 18093, store: drift, calls: [config-svc]}
heartbeat-ingest: {port: 9094, admin: 18094, calls: [config-svc, rollout-svc, drift-svc]}
{{- end -}}

{{/* `over` put above `base`, in depth. Sprig's own way takes `false` and 0 for nothing. */}}
{{- define "vortex.merge" -}}
{{- $out := deepCopy .base -}}
{{- range $key, $value := .over -}}
{{- $below := get $out $key -}}
{{- if and (kindIs "map" $value) (kindIs "map" $below) -}}
{{- $value = include "vortex.merge" (dict "base" $below "over" $value) | fromYaml -}}
{{- end -}}
{{- $_ := set $out $key $value -}}
{{- end -}}
{{- toYaml $out -}}
{{- end -}}

{{/* All components that are there: their values with the defaults and the other names for them, and the facts. */}}
{{- define "vortex.components" -}}
{{- $root := . -}}
{{- $facts := include "vortex.facts" . | fromYaml -}}
{{- $out := dict -}}
{{- range $name, $fact := $facts -}}
{{- $values := include "vortex.merge" (dict "base" $root.Values.componentDefaults "over" (default dict (get $root.Values.components $name))) | fromYaml -}}
{{- $scales := not (hasKey $fact "store") -}}
{{- if $scales -}}
  {{- $_ := set $values "autoscaling" (include "vortex.merge" (dict "base" $values.autoscaling "over" $root.Values.autoscaling) | fromYaml) -}}
{{- else if or $values.autoscaling.enabled (gt (int $values.replicas) 1) -}}
  {{- fail (printf "components.%s: there can be one only, since it holds its state on a volume" $name) -}}
{{- end -}}
{{- if and (eq $name "gateway") $root.Values.replicaCount -}}
  {{- $_ := set $values "replicas" $root.Values.replicaCount -}}
  {{- $_ := set $values.autoscaling "minReplicas" $root.Values.replicaCount -}}
{{- end -}}
{{- if lt (int $values.autoscaling.maxReplicas) (int $values.autoscaling.minReplicas) -}}
  {{- fail (printf "components.%s: maxReplicas is below minReplicas" $name) -}}
{{- end -}}
{{- $_ := set $values "fact" $fact -}}
{{- $_ := set $values "name" $name -}}
{{- $_ := set $values "scales" (and $scales $values.autoscaling.enabled) -}}
{{- $_ := set $values "fullname" (printf "%s-%s" (include "vortex.fullname" $root) $name) -}}
{{- if $values.enabled -}}{{- $_ := set $out $name $values -}}{{- end -}}
{{- end -}}
{{- toYaml $out -}}
{{- end -}}

{{- define "vortex.scheme" -}}{{- ternary "https" "http" .Values.tls.enabled -}}{{- end -}}

{{/* The secret with a component's certificate. */}}
{{- define "vortex.tlsSecret" -}}
{{- if .root.Values.tls.certManager.enabled -}}
{{- printf "%s-tls" .component.fullname -}}
{{- else -}}
{{- required "tls.enabled needs tls.certManager.enabled or tls.existingSecret" .root.Values.tls.existingSecret -}}
{{- end -}}
{{- end -}}

{{/* Whether metrics are to be read without a key: something scrapes them, and has none to show. */}}
{{- define "vortex.metricsAreOpen" -}}
{{- if and (or .Values.serviceMonitor.enabled .Values.metrics.scrapeAnnotations) (not .Values.metrics.keySecret.name) -}}true{{- end -}}
{{- end -}}

{{/*
The settings file of a component. What the user sets is above what the chart sets, but for ports and addresses, which
the schema refuses: services and probes have to know them.
*/}}
{{- define "vortex.settings" -}}
{{- $root := .root -}}{{- $c := .component -}}{{- $listen := $root.Values.listenAddress -}}
{{- $out := dict
  "admin" (printf "%s:%d" $listen (int $c.fact.admin))
  "require-keys" true
  "log-format" $root.Values.logFormat
  "drain-delay" (printf "%ds" (int $c.drainDelaySeconds))
  "drain-timeout" (printf "%ds" (int $c.drainTimeoutSeconds))
  "service-key-file" "/etc/vortex/keys/service-key"
  "public" (ternary "health,metrics" "health" (eq (include "vortex.metricsAreOpen" $root) "true"))
-}}
{{- $_ := set $out (ternary "http" "grpc" (eq $c.name "gateway")) (printf "%s:%d" $listen (int $c.fact.port)) -}}
{{- if hasKey $c.fact "store" -}}{{- $_ := set $out "store" (printf "embedded:/var/lib/vortex/%s" $c.fact.store) -}}{{- end -}}
{{- if and (eq $c.name "gateway") $root.Values.springPrefix -}}{{- $_ := set $out "spring-prefix" $root.Values.springPrefix -}}{{- end -}}
{{- with $root.Values.vortex.backends.git -}}
{{- if and .enabled (eq $c.name "config-svc") -}}
  {{- if .uri -}}{{- $_ := set $out "git" .uri -}}{{- end -}}
  {{- $_ := set $out "git-poll" .poll -}}
  {{- $_ := set $out "git-release" .release -}}
{{- end -}}
{{- end -}}
{{- if $root.Values.oidc -}}{{- $_ := set $out "oidc" "/etc/vortex/settings/oidc.yaml" -}}{{- end -}}
{{- if $root.Values.tls.enabled -}}
  {{- $_ := set $out "tls-cert" "/etc/vortex/tls/tls.crt" -}}
  {{- $_ := set $out "tls-key" "/etc/vortex/tls/tls.key" -}}
  {{- if ne $c.name "config-svc" -}}{{- $_ := set $out "ca" "/etc/vortex/tls/ca.crt" -}}{{- end -}}
  {{- if $root.Values.tls.mutual -}}
    {{- if ne $c.name "gateway" -}}{{- $_ := set $out "tls-client-ca" "/etc/vortex/tls/ca.crt" -}}{{- end -}}
    {{- if ne $c.name "config-svc" -}}
      {{- $_ := set $out "client-cert" "/etc/vortex/tls/tls.crt" -}}
      {{- $_ := set $out "client-key" "/etc/vortex/tls/tls.key" -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- range $settings := list $root.Values.settings $c.settings -}}
{{- range $key, $value := $settings -}}{{- $_ := set $out $key $value -}}{{- end -}}
{{- end -}}
{{- toYaml $out -}}
{{- end -}}

{{/* The addresses of those that it calls, as variables. */}}
{{- define "vortex.addresses" -}}
{{- $root := .root -}}{{- $facts := include "vortex.facts" $root | fromYaml -}}
{{- range .component.fact.calls }}
- name: VORTEX_{{ . | upper | replace "-" "_" }}
  value: {{ include "vortex.scheme" $root }}://{{ include "vortex.fullname" $root }}-{{ . }}.{{ $root.Release.Namespace }}.svc:{{ int (get $facts .).port }}
{{- end }}
{{- end -}}

{{/*
Kubernetes' own gRPC probe knows no TLS, and the gateway no gRPC; these are asked over HTTP. Nothing asks a neighbour.
*/}}
{{- define "vortex.probes" -}}
{{- $root := .root -}}{{- $c := .component -}}
{{- $scheme := include "vortex.scheme" $root | upper -}}
startupProbe:
  httpGet: {path: /health/live, port: admin, scheme: {{ $scheme }}}
  periodSeconds: 1
  # a store that was not closed in order is read again first
  failureThreshold: 120
livenessProbe:
  httpGet: {path: /health/live, port: admin, scheme: {{ $scheme }}}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  {{- if or $root.Values.tls.enabled (eq $c.name "gateway") }}
  httpGet: {path: /health/ready, port: admin, scheme: {{ $scheme }}}
  {{- else }}
  grpc: {port: {{ int $c.fact.port }}}
  {{- end }}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
{{- end -}}

{{/* The pods of a component, as template of what makes them. */}}
{{- define "vortex.pod" -}}
{{- $root := .root -}}{{- $c := .component -}}
metadata:
  labels:
    {{- include "vortex.selector" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $c.name }}
    {{- with $root.Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $c.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    # settings are read at the start
    checksum/settings: {{ printf "%s%s" (include "vortex.settings" .) $root.Values.oidc | sha256sum }}
    {{- if $root.Values.metrics.scrapeAnnotations }}
    prometheus.io/scrape: "true"
    prometheus.io/port: {{ int $c.fact.admin | quote }}
    prometheus.io/path: /metrics
    prometheus.io/scheme: {{ include "vortex.scheme" $root }}
    {{- end }}
    {{- with $c.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "vortex.pullSecrets" $root | nindent 2 }}
  serviceAccountName: {{ include "vortex.serviceAccount" $root }}
  automountServiceAccountToken: false
  # the variables for services would collide with settings
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add (int $c.drainDelaySeconds) (int $c.drainTimeoutSeconds) 5 }}
  {{- with $c.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext:
    {{- toYaml $c.podSecurityContext | nindent 4 }}
  containers:
    - name: {{ $c.name }}
      image: {{ include "vortex.image" (dict "root" $root "program" $c.name "image" $c.image) }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [--config, /etc/vortex/settings/{{ $c.name }}.yaml]
      {{- with printf "%s%s" (include "vortex.addresses" .) (include "vortex.env" .) | trim }}
      env:
        {{- . | nindent 8 }}
      {{- end }}
      ports:
        - {name: {{ ternary "http" "grpc" (eq $c.name "gateway") }}, containerPort: {{ int $c.fact.port }}}
        - {name: admin, containerPort: {{ int $c.fact.admin }}}
      {{- include "vortex.probes" . | nindent 6 }}
      resources:
        {{- toYaml $c.resources | nindent 8 }}
      securityContext:
        {{- toYaml $c.securityContext | nindent 8 }}
      volumeMounts:
        - {name: settings, mountPath: /etc/vortex/settings, readOnly: true}
        - {name: keys, mountPath: /etc/vortex/keys, readOnly: true}
        {{- if $root.Values.tls.enabled }}
        - {name: tls, mountPath: /etc/vortex/tls, readOnly: true}
        {{- end }}
        {{- if hasKey $c.fact "store" }}
        - {name: data, mountPath: /var/lib/vortex}
        - {name: tmp, mountPath: /tmp}
        {{- end }}
        {{- with $c.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: settings
      configMap:
        name: {{ include "vortex.fullname" $root }}-settings
        items:
          - {key: {{ $c.name }}.yaml, path: {{ $c.name }}.yaml}
          {{- if $root.Values.oidc }}
          - {key: oidc.yaml, path: oidc.yaml}
          {{- end }}
    - name: keys
      secret:
        secretName: {{ include "vortex.keysSecret" $root }}
        defaultMode: 0400
        items:
          - {key: service-key, path: service-key}
    {{- if $root.Values.tls.enabled }}
    - name: tls
      secret:
        secretName: {{ include "vortex.tlsSecret" . }}
        defaultMode: 0400
    {{- end }}
    {{- if hasKey $c.fact "store" }}
    - name: tmp
      emptyDir: {sizeLimit: 64Mi}
    {{- end }}
    {{- with $c.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- if or $c.topologySpreadConstraints (not (hasKey $c.fact "store")) }}
  topologySpreadConstraints:
    {{- if $c.topologySpreadConstraints }}
    {{- toYaml $c.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - maxSkew: 1
      topologyKey: {{ . }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "vortex.selector" $root | nindent 10 }}
          app.kubernetes.io/component: {{ $c.name }}
    {{- end }}
    {{- end }}
  {{- end }}
  {{- with $c.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $c.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $c.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* The first key, for config-svc alone, and what the user adds. */}}
{{- define "vortex.env" -}}
{{- if eq .component.name "config-svc" }}
- name: VORTEX_BOOTSTRAP_KEY
  valueFrom:
    secretKeyRef: {name: {{ include "vortex.keysSecret" .root }}, key: bootstrap-key}
{{- end }}
{{- with .component.env }}
{{ toYaml . }}
{{- end }}
{{- end -}}
