// Go's own library of transparency logs, which tests hold checkpoints and proofs against.
//
//	log cosign NAME SECONDS <note       the note with a witness's line (c2sp.org/tlog-cosignature, Ed25519); key of 32 zeros
//	log vkey NAME                       the key that it signs with
//	log check VKEY PROOF RECORD         whether a tlog-proof, by a checkpoint that VKEY signed, shows a record of ledger.jsonl
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

var witness = ed25519.NewKeyFromSeed(make([]byte, 32))

func typedKey() []byte { return append([]byte{4}, witness.Public().(ed25519.PublicKey)...) }

func keyID(name string) []byte {
	sum := sha256.Sum256(append([]byte(name+"\n"), typedKey()...))
	return sum[:4]
}

func cosign(name, seconds string) {
	signed := must(io.ReadAll(os.Stdin))
	text := signed[:bytes.LastIndex(signed, []byte("\n\n"))+1]
	signature := ed25519.Sign(witness, append([]byte("cosignature/v1\ntime "+seconds+"\n"), text...))
	line := binary.BigEndian.AppendUint64(keyID(name), must(strconv.ParseUint(seconds, 10, 63)))
	fmt.Printf("%s— %s %s\n", signed, name, base64.StdEncoding.EncodeToString(append(line, signature...)))
}

func check(vkey, proofFile, recordFile string) {
	head, rest, _ := strings.Cut(string(must(os.ReadFile(proofFile))), "\n\n")
	opened := must(note.Open([]byte(rest), note.VerifierList(must(note.NewVerifier(vkey)))))
	lines, checkpoint := strings.Split(head, "\n"), strings.Split(opened.Text, "\n")
	index := must(strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64))
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		proof = append(proof, must(tlog.ParseHash(line)))
	}
	var record struct{ Payload, Signature string }
	must(0, json.Unmarshal(must(os.ReadFile(recordFile)), &record))
	leaf := tlog.RecordHash(append([]byte(record.Payload), must(hex.DecodeString(record.Signature))...))
	size := must(strconv.ParseInt(checkpoint[1], 10, 64))
	must(0, tlog.CheckRecord(proof, size, must(tlog.ParseHash(checkpoint[2])), index, leaf))
	fmt.Printf("record %d of %d is in %s\n", index+1, size, checkpoint[0])
}

func main() {
	switch {
	case len(os.Args) == 4 && os.Args[1] == "cosign":
		cosign(os.Args[2], os.Args[3])
	case len(os.Args) == 3 && os.Args[1] == "vkey":
		name := os.Args[2]
		fmt.Printf("%s+%x+%s\n", name, keyID(name), base64.StdEncoding.EncodeToString(typedKey()))
	case len(os.Args) == 5 && os.Args[1] == "check":
		check(os.Args[2], os.Args[3], os.Args[4])
	default:
		os.Exit(2)
	}
}
