{{- /* Written by npm run chart from infra/kubernetes and src/cli/install. Do not edit. */}}
{{- define "postern.derived" }}
{{- $v := .Values | toJson | fromJson }}
{{- $d := dict "values" $v }}
{{- $_ := set $d "places" list }}
{{- range $it := (concat ((list (dig "address" "" $v)) | default list) ((dig "hosts" "" $v) | default list)) }}
{{- if $it }}{{- $_ := set $d "places" (append $d.places $it) }}{{- end }}
{{- end }}
{{- $_ := set $d "places" (uniq $d.places) }}
{{- $_ := set $d "names" list }}
{{- range $it := $d.places }}
{{- $_ := set $d "names" (append $d.names (ternary $it (ternary (regexReplaceAll "^\\[([^\\]]*)\\].*$" $it "${1}") (regexReplaceAll "^([^:/]*).*$" $it "${1}") (not (not (regexMatch "^\\[" $it)))) (not (not (regexMatch "^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$" $it))))) }}
{{- end }}
{{- $_ := set $d "names" (uniq $d.names) }}
{{- $_ := set $d "addresses" list }}
{{- range $it := $d.names }}
{{- if (regexMatch "^([0-9.]+|.*:.*)$" $it) }}{{- $_ := set $d "addresses" (append $d.addresses $it) }}{{- end }}
{{- end }}
{{- $_ := set $d "addresses" (uniq $d.addresses) }}
{{- $_ := set $d "dnsNames" list }}
{{- range $it := $d.names }}
{{- if (not (regexMatch "^([0-9.]+|.*:.*)$" $it)) }}{{- $_ := set $d "dnsNames" (append $d.dnsNames $it) }}{{- end }}
{{- end }}
{{- $_ := set $d "dnsNames" (uniq $d.dnsNames) }}
{{- $_ := set $d "urlHosts" list }}
{{- range $it := $d.places }}
{{- if (not (regexMatch ":[*]$" $it)) }}{{- $_ := set $d "urlHosts" (append $d.urlHosts (ternary (ternary (join "" (list "[" $it "]")) (regexReplaceAll ":443(/.*)?$" $it "${1}") (not (not (regexMatch "^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$" $it)))) (regexReplaceAll "/.*$" (ternary (join "" (list "[" $it "]")) (regexReplaceAll ":443(/.*)?$" $it "${1}") (not (not (regexMatch "^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$" $it)))) "") (not (not (regexMatch "^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$" $it))))) }}{{- end }}
{{- end }}
{{- $_ := set $d "urlHosts" (uniq $d.urlHosts) }}
{{- $_ := set $d "anyPorts" list }}
{{- range $it := $d.places }}
{{- if (regexMatch ":[*]$" $it) }}{{- $_ := set $d "anyPorts" (append $d.anyPorts $it) }}{{- end }}
{{- end }}
{{- $_ := set $d "anyPorts" (uniq $d.anyPorts) }}
{{- $_ := set $d "ports" list }}
{{- range $it := $d.places }}
{{- if (and (not (regexMatch "^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$" $it)) (regexMatch ":[0-9]+(/.*)?$" $it) (not (regexMatch ":(443|6443)(/.*)?$" $it))) }}{{- $_ := set $d "ports" (append $d.ports (dict "protocol" "TCP" "port" (int (regexReplaceAll "^.*:([0-9]+)(/.*)?$" $it "${1}")))) }}{{- end }}
{{- end }}
{{- $_ := set $d "ports" (uniq $d.ports) }}
{{- $_ := set $d "base" (coalesce (dig "url" "" $v) (join "" (list "https://" (regexReplaceAll ":[*]$" (ternary (join "" (list "[" (first (concat ($d.places | default list) (list ""))) "]")) (regexReplaceAll ":443(/.*)?$" (first (concat ($d.places | default list) (list ""))) "${1}") (not (not (regexMatch "^[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*$" (first (concat ($d.places | default list) (list ""))))))) "")))) }}
{{- $_ := set $d "audience" (join "" (list (coalesce (dig "capability" "url" "" $v) $d.base) "/token")) }}
{{- $_ := set $d "mode" (coalesce (dig "trust" "mode" "" $v) "pin") }}
{{- $_ := set $d "roots" (concat ((ternary (dig "trust" "roots" "" $v) (ternary (list "/etc/postern-ca/ca.pem") (ternary (list "letsencrypt") (list) (not (not (and (has "gate" ((dig "components" "" $v) | default list)) (or (eq (toString (dig "issuer" "kind" "" $v)) "acme-http01") (eq (toString (dig "issuer" "kind" "" $v)) "acme-dns01")))))) (not (not (and (has "gate" ((dig "components" "" $v) | default list)) (or (eq (toString (dig "issuer" "kind" "" $v)) "ca")))))) (not (not (dig "trust" "roots" "" $v)))) | default list) ((ternary (list "./roots.pem") (list) (not (not (dig "trust" "certificates" "" $v)))) | default list)) }}
{{- $_ := set $d "syncConfig" (join "" (list (join "" (list "gate" ": " (toJson (dig "gate" "" $v)) "\n")) (join "" (list "cluster" ": " (toJson (dig "cluster" "" $v)) "\n")) (ternary (join "" (list "url" ": " (toJson (dig "url" "" $v)) "\n")) "" (not (not (dig "url" "" $v)))) (ternary "trust: {\"mode\":\"system\"}\n" (join "" (list "trust" ": " (toJson (dict "mode" "pin" "roots" $d.roots)) "\n")) (not (not (eq (toString $d.mode) "system")))) (join "" (list "selfTest" ": " (toJson (dict "publicKey" (dig "selfTest" "publicKey" "" $v))) "\n")) (join "" (list "hosts" ": " (toJson $d.names) "\n")) (ternary (join "" (list "capability" ": " (toJson (merge (dict) ((merge (dict) ((ternary (dict "grace" (dig "capability" "grace" "" $v)) (dict) (not (not (dig "capability" "grace" "" $v)))) | default dict) ((ternary (dict "url" (dig "capability" "url" "" $v)) (dict) (not (not (dig "capability" "url" "" $v)))) | default dict)) | default dict) ((dict "tokenFile" "/var/run/secrets/postern-token/token") | default dict))) "\n")) "" (not (not (dig "capability" "enabled" "" $v)))) (ternary "breakGlass: true\n" "" (not (not (dig "breakGlass" "" $v)))) (ternary (join "" (list "breakGlassAfter" ": " (toJson (dig "sync" "breakGlassAfter" "" $v)) "\n")) "" (not (not (dig "sync" "breakGlassAfter" "" $v)))) (ternary (join "" (list "announcement" ": " (toJson (dig "sync" "announcement" "" $v)) "\n")) "" (not (not (dig "sync" "announcement" "" $v)))) (ternary (join "" (list "provider" ": " (toJson (dig "sync" "provider" "" $v)) "\n")) "" (not (not (dig "sync" "provider" "" $v)))) (ternary (join "" (list "soak" ": " (toJson (dig "sync" "soak" "" $v)) "\n")) "" (not (not (dig "sync" "soak" "" $v)))) (ternary (join "" (list "interval" ": " (toJson (dig "sync" "interval" "" $v)) "\n")) "" (not (not (dig "sync" "interval" "" $v)))) (ternary (join "" (list "jitter" ": " (toJson (dig "sync" "jitter" "" $v)) "\n")) "" (not (not (dig "sync" "jitter" "" $v)))) (ternary (join "" (list "load" ": " (toJson (dig "sync" "load" "" $v)) "\n")) "" (not (not (dig "sync" "load" "" $v)))) (ternary (join "" (list "timeouts" ": " (toJson (dig "sync" "timeouts" "" $v)) "\n")) "" (not (not (dig "sync" "timeouts" "" $v)))))) }}
{{- $faults := list }}
{{- if (and (has "sync" ((dig "components" "" $v) | default list)) (has "watch" ((dig "components" "" $v) | default list))) }}{{- $faults = append $faults "components has sync and watch; choose one: both run the sync" }}{{- end }}
{{- if (and (or (has "sync" ((dig "components" "" $v) | default list)) (has "watch" ((dig "components" "" $v) | default list)) (has "gate" ((dig "components" "" $v) | default list))) (not $d.places)) }}{{- $faults = append $faults "hosts is empty; list the hosts of the gate's URL, such as gate.example.com, or set address" }}{{- end }}
{{- if (and (or (has "sync" ((dig "components" "" $v) | default list)) (has "watch" ((dig "components" "" $v) | default list))) (not (dig "cluster" "" $v))) }}{{- $faults = append $faults "cluster is missing; expected the cluster's name in the gate" }}{{- end }}
{{- if (and (or (has "sync" ((dig "components" "" $v) | default list)) (has "watch" ((dig "components" "" $v) | default list))) (not (dig "selfTest" "publicKey" "" $v))) }}{{- $faults = append $faults "selfTest.publicKey is missing; expected the public part of the gate's POSTERN_SIGNING_KEY" }}{{- end }}
{{- if (and (dig "url" "" $v) (regexMatch "^https://[^/]*[A-Z]|:443(/.*)?$|/$" (dig "url" "" $v))) }}{{- $faults = append $faults "url is not as the gate writes it; write its host in lower case, without :443 and without / at the end" }}{{- end }}
{{- if (and (dig "capability" "url" "" $v) (regexMatch "^https://[^/]*[A-Z]|:443(/.*)?$|/$" (dig "capability" "url" "" $v))) }}{{- $faults = append $faults "capability.url is not as the gate writes it; write its host in lower case, without :443 and without / at the end" }}{{- end }}
{{- if (and (or (has "sync" ((dig "components" "" $v) | default list)) (has "watch" ((dig "components" "" $v) | default list))) (eq (toString $d.mode) "pin") (not $d.roots)) }}{{- $faults = append $faults "trust has no roots; list catalogues in trust.roots, set trust.certificates, or set trust.mode to system" }}{{- end }}
{{- if (and (eq (toString $d.mode) "system") (or (dig "trust" "roots" "" $v) (dig "trust" "certificates" "" $v))) }}{{- $faults = append $faults "trust has roots, and mode system uses none; leave one out" }}{{- end }}
{{- if (and (has "/etc/postern-ca/ca.pem" ((dig "trust" "roots" "" $v) | default list)) (not (and (has "gate" ((dig "components" "" $v) | default list)) (or (eq (toString (dig "issuer" "kind" "" $v)) "ca"))))) }}{{- $faults = append $faults "trust.roots has /etc/postern-ca/ca.pem, which only the component gate with issuer.kind ca mounts" }}{{- end }}
{{- if (and (or (has "sync" ((dig "components" "" $v) | default list)) (has "watch" ((dig "components" "" $v) | default list)) (has "rollout" ((dig "components" "" $v) | default list)) (has "tls-sidecar" ((dig "components" "" $v) | default list))) (not (dig "images" "postern" "" $v))) }}{{- $faults = append $faults "images.postern is missing; expected the image of infra/container/Dockerfile, with a tag or a digest" }}{{- end }}
{{- if (and (has "gate" ((dig "components" "" $v) | default list)) (not (dig "images" "gate" "" $v))) }}{{- $faults = append $faults "images.gate is missing; expected the image of your gate, with a tag or a digest" }}{{- end }}
{{- if (and (has "gate" ((dig "components" "" $v) | default list)) (or (eq (toString (dig "issuer" "kind" "" $v)) "acme-http01") (eq (toString (dig "issuer" "kind" "" $v)) "acme-dns01")) (not (dig "issuer" "email" "" $v))) }}{{- $faults = append $faults "issuer.email is missing; the CA sends messages about the account there" }}{{- end }}
{{- if (and (has "gate" ((dig "components" "" $v) | default list)) (or (eq (toString (dig "issuer" "kind" "" $v)) "acme-http01") (eq (toString (dig "issuer" "kind" "" $v)) "acme-dns01")) $d.addresses) }}{{- $faults = append $faults "hosts and address name an address, for which an ACME CA issues no certificate; use host names" }}{{- end }}
{{- if (and (has "gate" ((dig "components" "" $v) | default list)) (or (eq (toString (dig "issuer" "kind" "" $v)) "existing")) (not (dig "issuer" "existing" "" $v))) }}{{- $faults = append $faults "issuer.existing is missing; expected the name of an Issuer, and its kind" }}{{- end }}
{{- if (and (dig "issuer" "existing" "" $v) (not (or (eq (toString (dig "issuer" "kind" "" $v)) "existing")))) }}{{- $faults = append $faults "issuer.kind is not existing, and issuer.existing is set; leave one out" }}{{- end }}
{{- if (and (has "gate" ((dig "components" "" $v) | default list)) (or (has "sync" ((dig "components" "" $v) | default list)) (has "watch" ((dig "components" "" $v) | default list))) (dig "capability" "enabled" "" $v) (not (has "capability" ((dig "identity" "tiers" "" $v) | default list)))) }}{{- $faults = append $faults "identity.tiers has no capability, with which this cluster calls the gate; add it, or set capability.enabled to false" }}{{- end }}
{{- if (and (has "gate" ((dig "components" "" $v) | default list)) (or (has "jwt" ((dig "identity" "tiers" "" $v) | default list)) (has "capability" ((dig "identity" "tiers" "" $v) | default list))) $d.anyPorts) }}{{- $faults = append $faults "hosts has HOST:*, and the tiers jwt and capability need each port; list them" }}{{- end }}
{{- if (and (has "gate" ((dig "components" "" $v) | default list)) (dig "service" "loadBalancerClass" "" $v) (not (eq (toString (dig "service" "type" "" $v)) "LoadBalancer"))) }}{{- $faults = append $faults "service.loadBalancerClass is only for service.type LoadBalancer; set that, or leave it out" }}{{- end }}
{{- if (and (has "tls-sidecar" ((dig "components" "" $v) | default list)) (not (dig "tlsSidecar" "namespace" "" $v))) }}{{- $faults = append $faults "tlsSidecar.namespace is missing; expected the namespace of the Secrets tls-main and tls-standby" }}{{- end }}
{{- if (and (dig "pinnedImages" "" $v) (dig "images" "postern" "" $v) (not (regexMatch "@sha256:[0-9a-f]{64}$" (dig "images" "postern" "" $v)))) }}{{- $faults = append $faults "images.postern has no digest, and pinnedImages refuses it; write NAME@sha256:DIGEST" }}{{- end }}
{{- if (and (dig "pinnedImages" "" $v) (dig "images" "gate" "" $v) (not (regexMatch "@sha256:[0-9a-f]{64}$" (dig "images" "gate" "" $v)))) }}{{- $faults = append $faults "images.gate has no digest, and pinnedImages refuses it; write NAME@sha256:DIGEST" }}{{- end }}
{{- if $faults }}{{- fail (join "\n" $faults) }}{{- end }}
{{- toJson $d }}
{{- end }}
