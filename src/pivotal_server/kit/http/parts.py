"""The parts of the document: schemas without what only we need, and examples put together from fields."""

from typing import Any

from pivotal_server.kit.errors import ErrorCode
from pivotal_server.kit.http.multipart import FILE, Upload

Json = dict[str, Any]


def add_file(schema: Json, upload: Upload) -> None:
    """The schema of an upload's form: its text fields, and the file itself."""
    file = {
        "description": f"The file, with its name: at most {upload.limit} bytes.",
        "type": "string",
        "format": "binary",
    }
    schema["properties"] = {FILE: file, **{k: v for k, v in schema["properties"].items() if k != FILE}}
    schema["required"] = [FILE, *upload.form.required]
    schema["additionalProperties"] = False


def tidy(schema: Any) -> Any:
    """Without msgspec's titles and the default ``null`` of absent fields, integer bounds as integers."""
    if isinstance(schema, dict):
        # A property may be called `title`; the title of a schema is a text.
        titled = isinstance(schema.get("title"), str)
        result = {key: tidy(value) for key, value in schema.items() if key != "title" or not titled}
        if result.get("default", ...) is None or (result.get("default") == "" and "pattern" in result):
            # What stands for "left out" inside is no value that a client could send.
            del result["default"]
        for bound in ("minimum", "maximum"):
            value = result.get(bound)
            if isinstance(value, float) and value.is_integer():
                result[bound] = int(value)
        return result
    if isinstance(schema, list):
        return [tidy(entry) for entry in schema]
    return schema


def not_null(schema: Json) -> Json:
    """The schema of a value that is there."""
    options = [option for option in schema.get("anyOf", []) if option != {"type": "null"}]
    if "anyOf" not in schema:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**options[0], **rest} if len(options) == 1 else {"anyOf": options, **rest}


def example_of(schema: Json, components: Json | None = None) -> Any:
    """An example of an object schema, put together from the examples of its properties."""
    result: Json = {}
    for name, property_schema in schema.get("properties", {}).items():
        if property_schema.get("examples"):
            result[name] = property_schema["examples"][0]
        elif components is not None:
            items = property_schema.get("items", {})
            target = property_schema.get("$ref") or items.get("$ref")
            if target:
                inner = example_of(components[target.rsplit("/", 1)[1]], components)
                result[name] = [inner] if items else inner
            elif "enum" in property_schema:
                result[name] = property_schema["enum"][0]
    return result


def error_example(code: ErrorCode) -> Json:
    """A body with this code."""
    return {
        "error": {
            "type": code.type,
            "code": code.code,
            "message": code.message,
            "request_id": "req_3dvyrkttnjfbf5jxvlsi47wq",
            "doc_url": f"/docs/errors#{code.code}",
        }
    }
