import { Choice, Count, Dial, Negative, Seed } from "./fields";
import { Previews } from "./Previews";
import { type Capabilities, counted, type Picks, settled } from "./picks";

interface ControlsProps {
  capabilities: Capabilities;
  value: Picks;
  onChange: (picks: Picks) => void;
}

/** Everything the chosen model can be told beside prompt, tier and size, and nothing else. */
export function Controls({ capabilities, value, onChange }: ControlsProps) {
  const { negativePrompt, seed, steps, guidance, maxImages = 1 } = capabilities;
  const set = (change: Picks) => onChange(settled({ ...value, ...change }));
  return (
    <div className="grid grid-cols-1 gap-x-5 gap-y-3.5 wide:grid-cols-2">
      {maxImages > 1 && (
        <Count most={maxImages} value={value.n ?? 1} onChange={(n) => set(counted(n))} />
      )}
      <Choice
        label="Style"
        options={capabilities.styles}
        value={value.style}
        onChange={(style) => set({ style })}
      />
      <Choice
        label="Background"
        options={capabilities.backgrounds}
        value={value.background}
        onChange={(background) => set({ background })}
      />
      <Choice
        label="Format"
        options={capabilities.outputFormats}
        value={value.outputFormat}
        onChange={(outputFormat) => set({ outputFormat })}
      />
      {seed && <Seed value={value.seed} onChange={(chosen) => set({ seed: chosen })} />}
      {steps && (
        <Dial
          label="Steps"
          hint="More take longer and show more detail."
          span={steps}
          step={1}
          value={value.steps}
          onChange={(chosen) => set({ steps: chosen })}
        />
      )}
      {guidance && (
        <Dial
          label="Guidance"
          hint="Higher keeps closer to the words."
          span={guidance}
          step={0.5}
          value={value.guidance}
          onChange={(chosen) => set({ guidance: chosen })}
        />
      )}
      {negativePrompt && (
        <Negative
          value={value.negativePrompt}
          onChange={(words) => set({ negativePrompt: words })}
        />
      )}
      {(value.n ?? 1) === 1 && (
        <Previews
          most={capabilities.partialImages}
          value={value.partialImages}
          onChange={(shown) => set({ partialImages: shown })}
        />
      )}
    </div>
  );
}

export default Controls;
