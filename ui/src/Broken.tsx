import { Component, type ReactNode } from "react";
import { Button } from "./design/Button";
import { Notice } from "./design/Notice";

/** What is shown when the studio itself fails. Nothing bought is lost: the server has it. */
export class Broken extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <main className="mx-auto max-w-160 px-3.5 py-16">
        <Notice tone="bad" icon="warn" title="The studio ran into an error of its own">
          <p>{this.state.error.message}</p>
          <p>What you bought is kept by the gateway and shown again after a reload.</p>
          <div className="pt-2">
            <Button icon="again" onClick={() => window.location.reload()}>
              Reload
            </Button>
          </div>
        </Notice>
      </main>
    );
  }
}
