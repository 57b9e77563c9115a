// MicroPython compiled to WebAssembly, its REPL on a terminal: what mpremote takes for a board.
//
//     node board.mjs PATH/micropython.mjs      input and output are the terminal's far end
//
// Three things are not as on a board, and are made so here:
// - Asked for raw paste mode, this REPL waits for ever: it is given one character at a time, and
//   cannot ask for the next. The mode is kept here, and what is pasted goes to the raw REPL.
// - Emscripten's number for ENOENT is 44 and has no name; boards say 2, and mpremote knows that.
// - os.stat("") is ENOENT, as files of a PC have it; on a board it is the folder one is in.

import fs from "node:fs";
import { pathToFileURL } from "node:url";

const PASTE = Buffer.from([0x05, 0x41, 0x01]); // the request
const GRANTED = Buffer.from([0x52, 0x01, 0x80, 0x00]); // "R", yes, 128 bytes may come unasked
const MORE = Buffer.from([0x01]); // as many again
const END = 0x04; // of what is pasted
const TAKEN = 2; // the raw REPL's "OK" before it runs something; in this mode it is END
const ENOENT = ["OSError: 44\r\n", "OSError: [Errno 2] ENOENT\r\n"];

let said = []; // what it has printed since this was last taken
let asked = 0; // bytes of PASTE that have come and that the board has not been given
let pasted = -1; // bytes since the mode was granted, -1 outside of it

function take() {
  const text = Buffer.concat(said).toString("latin1");
  said = [];
  return Buffer.from(text.replace(...ENOENT), "latin1");
}

function say(...parts) {
  const bytes = Buffer.concat(parts);
  for (let at = 0; at < bytes.length; ) at += fs.writeSync(1, bytes, at);
}

function paste(byte) {
  board.replProcessChar(byte);
  pasted += 1;
  if (byte === END) {
    pasted = -1;
    say(Buffer.from([END]), take().subarray(TAKEN));
  } else if (pasted % GRANTED[2] === 0) {
    say(MORE);
  }
}

function type(byte) {
  if (byte === PASTE[asked]) {
    asked += 1;
    if (asked === PASTE.length) {
      asked = 0;
      pasted = 0;
      say(GRANTED);
    }
    return;
  }
  for (const held of PASTE.subarray(0, asked)) board.replProcessChar(held);
  asked = 0;
  board.replProcessChar(byte);
}

const { loadMicroPython } = await import(pathToFileURL(process.argv[2]));
const board = await loadMicroPython({
  linebuffer: false,
  stdout: (bytes) => said.push(Buffer.from(bytes)),
});
board.runPython(`
import os
os.stat = lambda path, stat=os.stat: stat(path or ".")
del os
`);
board.replInit();
take(); // the banner, with nobody there to read it

process.stdin.on("data", (data) => {
  for (const byte of data) (pasted < 0 ? type : paste)(byte);
  say(take());
});
