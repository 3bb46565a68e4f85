// golang.org/x/net/websocket echo server: PORT [--tls]
//
// That package knows neither compression nor the closing handshake, and hands out frames, not messages.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"golang.org/x/net/websocket"
)

const maxMessage = 128 << 20

// A frame as it came, to be sent back with the same opcode.
type frame struct {
	payload []byte
	opcode  byte
}

var frames = websocket.Codec{
	Marshal: func(v interface{}) ([]byte, byte, error) {
		f := v.(frame)
		return f.payload, f.opcode, nil
	},
	Unmarshal: func(payload []byte, opcode byte, v interface{}) error {
		*v.(*frame) = frame{payload, opcode}
		return nil
	},
}

func echo(c *websocket.Conn) {
	c.MaxPayloadBytes = maxMessage
	for {
		var f frame
		if frames.Receive(c, &f) != nil || frames.Send(c, f) != nil {
			return
		}
	}
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: xnet-server PORT [--tls]")
		os.Exit(2)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("listening on %v\n", listener.Addr())
	// Without a check of the origin, which clients other than browsers do not send.
	handler := websocket.Server{Handler: echo}
	if len(os.Args) > 2 && os.Args[2] == "--tls" {
		certs := filepath.Join(os.Getenv("PEERS_BUILD"), "certs")
		err = http.ServeTLS(listener, handler, filepath.Join(certs, "server.crt"), filepath.Join(certs, "server.key"))
	} else {
		err = http.Serve(listener, handler)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
