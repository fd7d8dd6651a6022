{{/*
An API key, as docs/security.md describes it: vx_ID_SECRET and a checksum, in Crockford's base 32. The bytes come from
the system's generator, five bits a character, which is all that is kept of each byte.
*/}}
{{- define "vortex.key" -}}
{{- $body := printf "vx_%s_%s" (include "vortex.base32" 16) (include "vortex.base32" 52) -}}
{{- printf "%s%s" $body (include "vortex.crc32" $body) -}}
{{- end -}}

{{- define "vortex.alphabet" -}}0123456789abcdefghjkmnpqrstvwxyz{{- end -}}

{{/* As many random characters as it is given. */}}
{{- define "vortex.base32" -}}
{{- $alphabet := include "vortex.alphabet" . -}}
{{- $bytes := randBytes (int .) | b64dec -}}
{{- range $i := until (int .) -}}
{{- $at := mod (index $bytes $i) 32 | int -}}
{{- substr $at (add1 $at | int) $alphabet -}}
{{- end -}}
{{- end -}}

{{/*
CRC-32 (IEEE) of a text, in base 32. Templates have no "exclusive or", so the register is eight numbers of four bits,
the lowest first, and each step takes four bits of the text by a table of sixteen.
*/}}
{{- define "vortex.crc32" -}}
{{- $table := list "00000000" "1db71064" "3b6e20c8" "26d930ac" "76dc4190" "6b6b51f4" "4db26158" "5005713c" "edb88320" "f00f9344" "d6d6a3e8" "cb61b38c" "9b64c2b0" "86d3d2d4" "a00ae278" "bdbdf21c" -}}
{{- $digits := dict "0" 0 "1" 1 "2" 2 "3" 3 "4" 4 "5" 5 "6" 6 "7" 7 "8" 8 "9" 9 "a" 10 "b" 11 "c" 12 "d" 13 "e" 14 "f" 15 -}}
{{- $text := . -}}
{{- $crc := list 15 15 15 15 15 15 15 15 -}}
{{- range $i := until (len $text) -}}
  {{- $byte := index $text $i | int -}}
  {{- range $nibble := list (mod $byte 16) (div $byte 16) -}}
    {{- $entry := index $table (include "vortex.xor" (list (index $crc 0) $nibble) | int) -}}
    {{- $next := list -}}
    {{- range $j := until 8 -}}
      {{- $shifted := 0 -}}
      {{- if lt $j 7 -}}{{- $shifted = index $crc (add1 $j | int) -}}{{- end -}}
      {{- $digit := get $digits (substr (sub 7 $j | int) (sub 8 $j | int) $entry) -}}
      {{- $next = append $next (include "vortex.xor" (list $shifted $digit) | int) -}}
    {{- end -}}
    {{- $crc = $next -}}
  {{- end -}}
{{- end -}}
{{- $value := 0 -}}
{{- range reverse $crc -}}{{- $value = add (mul $value 16) (sub 15 .) -}}{{- end -}}
{{- /* 32 bits are six characters and two bits, which are the upper ones of a seventh */ -}}
{{- $value = mul $value 8 -}}
{{- $out := "" -}}
{{- range until 7 -}}
  {{- $at := mod $value 32 | int -}}
  {{- $out = printf "%s%s" (substr $at (add1 $at | int) (include "vortex.alphabet" $)) $out -}}
  {{- $value = div $value 32 -}}
{{- end -}}
{{- $out -}}
{{- end -}}

{{/* "Exclusive or" of two numbers below 16: bit by bit, where their sum is odd. */}}
{{- define "vortex.xor" -}}
{{- $a := index . 0 -}}{{- $b := index . 1 -}}
{{- add (mod (add $a $b) 2) (mul 2 (mod (add (div $a 2) (div $b 2)) 2)) (mul 4 (mod (add (div $a 4) (div $b 4)) 2)) (mul 8 (mod (add (div $a 8) (div $b 8)) 2)) -}}
{{- end -}}
