import { Component, provideZonelessChangeDetection, signal } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { openSession } from "hallpass";

@Component({ selector: "app-root", template: `<p id="who">{{ who() }}</p>` })
class App {
  readonly who = signal("");

  constructor() {
    void this.signIn();
  }

  async signIn(): Promise<void> {
    const session = await openSession({ vendor: "ocient", baseUrl: "https://sql0.example.com" });
    await session.login({ username: "jdoe", password: "correct horse" });
    const { data } = await session.json<{ data: unknown[] }>("/v1/execute/system", { json: { statement: "SELECT 1" } });
    this.who.set(`${session.state.user}, ${data.length} rows`);
  }
}

void bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
