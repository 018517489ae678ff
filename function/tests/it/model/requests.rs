//! The requests to each model. The tests compare whole requests, because Bedrock rejects an unknown parameter.

use serde_json::json;

use super::{ask, converse};
use crate::support::aws;

/// The request to one model. All models get the same instructions. The temperature is 0.7 as the SDK writes an `f32`.
async fn request(model_id: &str) -> String {
    let backend = aws(|_| converse(json!([{"text": "Yes."}]), "end_turn"));
    ask(&backend, model_id).await.unwrap();
    let [request] = &backend.requests()[..] else { panic!("not one request") };
    let mut body = request.json();
    assert_eq!(body["system"][0]["text"], function::chat::INSTRUCTIONS);
    body["system"][0]["text"] = json!("the instructions");
    body.sort_all_objects();
    format!("{}\n{}", request.line, serde_json::to_string_pretty(&body).unwrap())
}

#[tokio::test]
async fn haiku_5_5_gets_thinking_disabled_and_no_sampling_parameters() {
    insta::assert_snapshot!(request("us.anthropic.claude-haiku-5-5").await, @r#"
    POST /model/us.anthropic.claude-haiku-5-5/converse
    {
      "additionalModelRequestFields": {
        "thinking": {
          "type": "disabled"
        }
      },
      "inferenceConfig": {
        "maxTokens": 1000
      },
      "messages": [
        {
          "content": [
            {
              "text": "<catalog>\n{\"title\":\"The Warrior\"}\n</catalog>"
            },
            {
              "text": "Hi"
            }
          ],
          "role": "user"
        },
        {
          "content": [
            {
              "text": "Hello!"
            }
          ],
          "role": "assistant"
        },
        {
          "content": [
            {
              "text": "A thriller?"
            }
          ],
          "role": "user"
        }
      ],
      "system": [
        {
          "text": "the instructions"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn haiku_4_5_gets_a_temperature() {
    insta::assert_snapshot!(request("us.anthropic.claude-haiku-4-5-20251001-v1:0").await, @r#"
    POST /model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/converse
    {
      "inferenceConfig": {
        "maxTokens": 1000,
        "temperature": 0.699999988079071
      },
      "messages": [
        {
          "content": [
            {
              "text": "<catalog>\n{\"title\":\"The Warrior\"}\n</catalog>"
            },
            {
              "text": "Hi"
            }
          ],
          "role": "user"
        },
        {
          "content": [
            {
              "text": "Hello!"
            }
          ],
          "role": "assistant"
        },
        {
          "content": [
            {
              "text": "A thriller?"
            }
          ],
          "role": "user"
        }
      ],
      "system": [
        {
          "text": "the instructions"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn haiku_3_5_gets_a_temperature() {
    insta::assert_snapshot!(request("us.anthropic.claude-3-5-haiku-20241022-v1:0").await, @r#"
    POST /model/us.anthropic.claude-3-5-haiku-20241022-v1%3A0/converse
    {
      "inferenceConfig": {
        "maxTokens": 1000,
        "temperature": 0.699999988079071
      },
      "messages": [
        {
          "content": [
            {
              "text": "<catalog>\n{\"title\":\"The Warrior\"}\n</catalog>"
            },
            {
              "text": "Hi"
            }
          ],
          "role": "user"
        },
        {
          "content": [
            {
              "text": "Hello!"
            }
          ],
          "role": "assistant"
        },
        {
          "content": [
            {
              "text": "A thriller?"
            }
          ],
          "role": "user"
        }
      ],
      "system": [
        {
          "text": "the instructions"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn an_unknown_model_gets_only_the_length_limit() {
    insta::assert_snapshot!(request("us.example.new-model-v1:0").await, @r#"
    POST /model/us.example.new-model-v1%3A0/converse
    {
      "inferenceConfig": {
        "maxTokens": 1000
      },
      "messages": [
        {
          "content": [
            {
              "text": "<catalog>\n{\"title\":\"The Warrior\"}\n</catalog>"
            },
            {
              "text": "Hi"
            }
          ],
          "role": "user"
        },
        {
          "content": [
            {
              "text": "Hello!"
            }
          ],
          "role": "assistant"
        },
        {
          "content": [
            {
              "text": "A thriller?"
            }
          ],
          "role": "user"
        }
      ],
      "system": [
        {
          "text": "the instructions"
        }
      ]
    }
    "#);
}
