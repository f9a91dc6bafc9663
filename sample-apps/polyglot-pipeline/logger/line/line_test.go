package line

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

func TestLevelAndMessageComeFirst(t *testing.T) {
	line := New("info", "processed")
	line.Add("id", "1")
	line.Add("words", "4")
	const want = `{"level":"info","message":"processed","id":"1","words":"4"}` + "\n"
	if got := string(line.Bytes()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEveryTextSurvives(t *testing.T) {
	texts := []string{
		"", "plain", `"quoted" \ and / more`, "two\nlines\r\n\ttab", "\x00\x01\x1f\x7f", "wonderful 🎉 👩‍👩‍👧 é ß 日本",
		"separators \u2028 \u2029", strings.Repeat("🎉", 100_000),
	}
	for _, text := range texts {
		line := New("warning", text)
		line.Add(text, text)
		out := line.Bytes()
		if bytes.Count(out, []byte("\n")) != 1 || out[len(out)-1] != '\n' {
			t.Fatalf("%.40q is not one line: %.80q", text, out)
		}
		var fields map[string]string
		if err := json.Unmarshal(out, &fields); err != nil {
			t.Fatalf("%.40q: %v in %.80q", text, err, out)
		}
		if fields["message"] != text || fields[text] != text {
			t.Errorf("%.40q came back as %.80q", text, fields)
		}
	}
}

func TestTextThatIsNoUnicodeIsStillALine(t *testing.T) {
	if out := New("error", "a\xffb").Bytes(); !json.Valid(out) {
		t.Errorf("not JSON: %q", out)
	}
}

func TestAFieldCannotPassForTheLevel(t *testing.T) {
	line := New("info", "all is well")
	line.Add("level", "error")
	line.Add("level", "debug")
	const want = `{"level":"info","message":"all is well","level_":"error","level__":"debug"}` + "\n"
	if got := string(line.Bytes()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
