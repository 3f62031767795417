"""Pictures of text: lines of spans, bars, sparklines, waterfalls. Pure; knows nothing of Textual."""
