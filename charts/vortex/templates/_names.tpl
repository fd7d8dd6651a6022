{{/* What the names of everything begin with: the release's name, with the chart's where it lacks that. */}}
{{- define "vortex.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What tells this release from others. */}}
{{- define "vortex.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "vortex.labels" -}}
{{ include "vortex.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: vortex-config
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "vortex.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "vortex.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "vortex.keysSecret" -}}
{{- default (printf "%s-keys" (include "vortex.fullname" .)) .Values.keys.existingSecret -}}
{{- end -}}

{{/* The image of a program. Given: root, program, and image, which is its own. */}}
{{- define "vortex.image" -}}
{{- $values := .root.Values -}}
{{- $registry := default $values.image.registry (($values.global).imageRegistry) -}}
{{- $default := list $registry $values.image.repository .program | compact | join "/" -}}
{{- $name := default $default .image.repository -}}
{{- if .image.digest -}}
{{- printf "%s@%s" $name .image.digest -}}
{{- else -}}
{{- printf "%s:%s" $name (.image.tag | default $values.image.tag | default .root.Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- define "vortex.pullSecrets" -}}
{{- $names := concat (default list (.Values.global).imagePullSecrets) .Values.imagePullSecrets | uniq -}}
{{- if $names -}}
imagePullSecrets:
{{- range $names }}
  - name: {{ . }}
{{- end }}
{{- end -}}
{{- end -}}
