"""Small flows that tests send work through."""

CLASSIFY_FLOW = """
input: {type: object, required: [text], properties: {text: {type: string, x-kind: text, maxLength: 5000}}}
steps:
  - id: label
    use: classify
    by: people
    with: {text: "{{ input.text }}", labels: [question, problem, praise]}
output: {label: "{{ label.labels[0] }}"}
"""

TWO_STEP_FLOW = """
input: {type: object, required: [text], properties: {text: {type: string, x-kind: text}}}
steps:
  - id: label
    use: classify
    by: people
    with: {text: "{{ input.text }}", labels: [question, problem, praise]}
  - id: details
    use: fill
    by: people
    when: {"label.labels[0]": {eq: problem}}
    with: {text: "{{ input.text }}", prompt: "What is broken?"}
    output: {type: object, required: [part], properties: {part: {type: string}, urgent: {type: boolean}}}
output: {label: "{{ label.labels[0] }}", part: "{{ details.part }}"}
"""

FILL_FLOW = """
input: {type: object, required: [text], properties: {text: {type: string, x-kind: text}}}
steps:
  - id: amount
    use: fill
    by: people
    with: {text: "{{ input.text }}", prompt: "The total"}
    output: {type: object, required: [total], properties: {total: {type: number}, date: {type: string, format: date}}}
"""

PICTURE_FLOW = """
input: {type: object, required: [photo], properties: {photo: {type: string, x-kind: image}}}
steps:
  - id: find
    use: annotate
    by: local/text
    with: {image: "{{ input.photo }}", prompt: "all text"}
  - id: label
    use: annotate
    by: people
    with:
      image: "{{ input.photo }}"
      prompt: "Draw a box round every item"
      labels: [item, total]
      prefill: "{{ find }}"
output: {regions: "{{ label.regions }}"}
"""

BOTH_FLOW = """
input: {type: object, required: [text], properties: {text: {type: string, x-kind: text}}}
steps:
  - id: label
    use: classify
    by: PERFORMER
    with: {text: "{{ input.text }}", labels: [refund request, praise]}
output: {label: "{{ label.labels[0] }}"}
"""
