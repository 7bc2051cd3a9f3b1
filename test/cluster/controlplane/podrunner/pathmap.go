package podrunner

import (
	"os"
	"path"
	"slices"
	"strings"
)

// pathMap translates the mount paths of a container's volumes to their real paths.
type pathMap []pathMapping

type pathMapping struct{ inside, outside string }

// newPathMap takes the real path of each mount path. The root folder is never translated.
func newPathMap(outside map[string]string) pathMap {
	var mappings pathMap
	for inside, real := range outside {
		if inside = path.Clean(inside); inside != "/" {
			mappings = append(mappings, pathMapping{inside, real})
		}
	}
	// The inner of two nested mounts has priority.
	slices.SortFunc(mappings, func(a, b pathMapping) int {
		if longer := len(b.inside) - len(a.inside); longer != 0 {
			return longer
		}
		return strings.Compare(a.inside, b.inside)
	})
	return mappings
}

// translate replaces every mount path in a text that stands alone or begins a longer path. It does not replace a path
// that only contains a mount path, such as /srv/tls with the mount path /tls, or a path that exists on this machine and
// not in the volume. So a Pod with a volume at /tmp can run a script in this machine's /tmp.
func (m pathMap) translate(text string) string {
	var result strings.Builder
	for at := 0; at < len(text); {
		if mapping, found := m.mappingAt(text, at); found {
			result.WriteString(mapping.outside)
			at += len(mapping.inside)
			continue
		}
		result.WriteByte(text[at])
		at++
	}
	return result.String()
}

func (m pathMap) mappingAt(text string, at int) (pathMapping, bool) {
	if text[at] != '/' || (at > 0 && isPathByte(text[at-1])) {
		return pathMapping{}, false
	}
	end := at
	for end < len(text) && isPathByte(text[end]) {
		end++
	}
	named := text[at:end]
	for _, mapping := range m {
		rest, found := strings.CutPrefix(named, mapping.inside)
		if found && (rest == "" || rest[0] == '/') {
			return mapping, exists(mapping.outside+rest) || !exists(named)
		}
	}
	return pathMapping{}, false
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// isPathByte tells whether a byte can be part of a path, as paths are used in Pods.
func isPathByte(b byte) bool {
	return b == '/' || b == '.' || b == '_' || b == '-' || b >= 0x80 ||
		'0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
