import { defineConfig } from "vitest/config";
import { rooms } from "./rooms.mjs";

const room = process.env.SEGMENTA_ROOM;

export default defineConfig({
  test: { include: rooms[room].tests, globalSetup: "test/temporary.ts", testTimeout: 60_000 },
});
