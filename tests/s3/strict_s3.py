"""A strict S3 double for tests: verifies what real stores verify, keeps objects in memory.

    python3 tests/s3/strict_s3.py [--port 0] [--access-key clew] [--secret-key clewsecret] [--bucket clew]

Prints "listening on PORT" and serves on 127.0.0.1 until its standard input is closed. Checks the signature of headers
and of presigned links (method, path, query, signed headers, date within 15 minutes, expiry), the payload hash, and that
every x-amz header is signed. Knows PUT (If-None-Match: *), GET with Range, HEAD, DELETE, list v2 and multipart uploads,
in path style and with the bucket in the host name. Region: any. `POST /_double` with {"fail": N, "status": S} makes the
next N signed requests fail with status S (0: the connection is cut). What encryption a PUT asked for is answered by GET.

Gives out temporary credentials, too, each with a new session token: `/_sts` takes the web identity token "token" for the
role "arn:aws:iam::1:role/clew", `/_metadata` is the metadata service of a machine (IMDSv2). They last an hour.
"""

import argparse
import datetime
import hashlib
import hmac
import json
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import escape

CODES = {429: "SlowDown", 500: "InternalError", 503: "SlowDown"}


class Refused(Exception):
    def __init__(self, status: int, code: str):
        super().__init__(code)
        self.status = status
        self.code = code


class Bucket:
    def __init__(self, name: str):
        self.name = name
        self.lock = threading.Lock()
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.uploads: dict[str, tuple[str, str, dict[int, bytes]]] = {}
        self.failures: list[int] = []
        self.encryption: dict[str, str] = {}
        self.issued = 0


def digest(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def quote(text: str, safe: str = "") -> str:
    return urllib.parse.quote(text, safe=safe + "-_.~")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Double"

    def log_message(self, *_args):
        pass

    def handle_any(self):
        self.body = self.rfile.read(int(self.headers.get("content-length", "0")))
        if self.path == "/_double":
            wanted = json.loads(self.body)
            self.server.bucket.failures += [wanted["status"]] * wanted["fail"]
            return self.answer(200)
        if self.path == "/_sts":
            return self.sts(dict(urllib.parse.parse_qsl(self.body.decode())))
        if self.path.startswith("/_metadata/latest/"):
            return self.metadata(self.path.removeprefix("/_metadata/latest/"))
        try:
            raw_path, _, raw_query = self.path.partition("?")
            self.query = urllib.parse.parse_qsl(raw_query, keep_blank_values=True, strict_parsing=bool(raw_query))
            self.verify(raw_path)
            with self.server.bucket.lock:
                failure = self.server.bucket.failures.pop(0) if self.server.bucket.failures else None
            if failure == 0:
                self.close_connection = True
                return None
            if failure is not None:
                raise Refused(failure, CODES.get(failure, "InternalError"))
            self.route(urllib.parse.unquote(raw_path))
        except Refused as refused:
            xml = f"<Error><Code>{refused.code}</Code><Message>double</Message></Error>"
            self.answer(refused.status, xml.encode(), {"content-type": "application/xml"})
        return None

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None, length: int | None = None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    # --- temporary credentials --------------------------------------------------------------------------------------

    def issue(self) -> tuple[str, str]:
        """A session token that was not given out before, and when it ends."""
        with self.server.bucket.lock:
            self.server.bucket.issued += 1
            end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
            return f"issued-{self.server.bucket.issued}", end.strftime("%Y-%m-%dT%H:%M:%SZ")

    def sts(self, form: dict[str, str]):
        asked = (self.command, form.get("Action"), form.get("Version"), form.get("RoleArn"))
        right = ("POST", "AssumeRoleWithWebIdentity", "2011-06-15", "arn:aws:iam::1:role/clew")
        if asked != right or form.get("WebIdentityToken") != "token" or not form.get("RoleSessionName"):
            return self.answer(400, b"<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>")
        token, end = self.issue()
        xml = (
            f"<AssumeRoleWithWebIdentityResponse><Credentials><AccessKeyId>{self.server.access_key}</AccessKeyId>"
            f"<SecretAccessKey>{self.server.secret_key}</SecretAccessKey><SessionToken>{token}</SessionToken>"
            f"<Expiration>{end}</Expiration></Credentials></AssumeRoleWithWebIdentityResponse>"
        )
        return self.answer(200, xml.encode())

    def metadata(self, path: str):
        if path == "api/token" and self.command == "PUT":
            return self.answer(200 if self.headers.get("x-aws-ec2-metadata-token-ttl-seconds") else 400, b"visitor")
        if self.headers.get("x-aws-ec2-metadata-token") != "visitor":
            return self.answer(401)
        if path == "meta-data/iam/security-credentials/":
            return self.answer(200, b"machine-role\n")
        if path != "meta-data/iam/security-credentials/machine-role":
            return self.answer(404)
        token, end = self.issue()
        keys = {"AccessKeyId": self.server.access_key, "SecretAccessKey": self.server.secret_key, "Token": token}
        return self.answer(200, json.dumps({"Code": "Success", **keys, "Expiration": end}).encode())

    # --- signature -------------------------------------------------------------------------------------------------

    def verify(self, raw_path: str):
        query = dict(self.query)
        if "X-Amz-Signature" in query:
            return self.verify_link(raw_path, query)
        header = self.headers.get("authorization")
        if not header:
            raise Refused(403, "AccessDenied")
        if not header.startswith("AWS4-HMAC-SHA256 "):
            raise Refused(400, "InvalidArgument")
        parts = dict(part.strip().split("=", 1) for part in header[len("AWS4-HMAC-SHA256 ") :].split(","))
        payload = self.headers.get("x-amz-content-sha256")
        if payload is None:
            raise Refused(400, "MissingSecurityHeader")
        if payload != "UNSIGNED-PAYLOAD" and payload != hashlib.sha256(self.body).hexdigest():
            raise Refused(400, "XAmzContentSHA256Mismatch")
        moment = self.headers.get("x-amz-date", "")
        signed = parts["SignedHeaders"].split(";")
        for name in self.headers:
            if name.lower().startswith("x-amz-") and name.lower() not in signed:
                raise Refused(403, "AccessDenied")
        self.compare(raw_path, self.query, parts["Credential"], moment, signed, payload, parts["Signature"])
        if abs(self.age(moment)) > 900:
            raise Refused(403, "RequestTimeTooSkewed")
        return None

    def verify_link(self, raw_path: str, query: dict[str, str]):
        rest = [(name, value) for name, value in self.query if name != "X-Amz-Signature"]
        signed = query["X-Amz-SignedHeaders"].split(";")
        self.compare(
            raw_path, rest, query["X-Amz-Credential"], query["X-Amz-Date"], signed, "UNSIGNED-PAYLOAD",
            query["X-Amz-Signature"],
        )
        age = self.age(query["X-Amz-Date"])
        if age < -900 or age > int(query["X-Amz-Expires"]):
            raise Refused(403, "AccessDenied")

    def age(self, moment: str) -> float:
        try:
            made = datetime.datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        except ValueError:
            raise Refused(403, "AccessDenied") from None
        return (datetime.datetime.now(datetime.timezone.utc) - made).total_seconds()

    def compare(self, raw_path, query, credential, moment, signed, payload, signature):
        access_key, day, region, service, end = credential.split("/")
        if access_key != self.server.access_key:
            raise Refused(403, "InvalidAccessKeyId")
        if end != "aws4_request" or service != "s3" or not moment.startswith(day) or "host" not in signed:
            raise Refused(400, "AuthorizationHeaderMalformed")
        if signed != sorted(signed):
            raise Refused(400, "AuthorizationHeaderMalformed")
        headers = "".join(f"{name}:{' '.join((self.headers.get(name) or '').split())}\n" for name in signed)
        names = sorted((quote(name), quote(value)) for name, value in query)
        canonical = "\n".join([
            self.command, quote(urllib.parse.unquote(raw_path), safe="/"), "&".join(f"{n}={v}" for n, v in names),
            headers, ";".join(signed), payload,
        ])
        scope = f"{day}/{region}/{service}/aws4_request"
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashed}"
        key = digest(digest(digest(digest(b"AWS4" + self.server.secret_key.encode(), day), region), service), end)
        if not hmac.compare_digest(digest(key, to_sign).hex(), signature):
            raise Refused(403, "SignatureDoesNotMatch")

    # --- operations ------------------------------------------------------------------------------------------------

    def route(self, path: str):
        bucket = self.server.bucket
        if self.headers["host"].startswith(bucket.name + "."):
            key = path[1:]
        elif path == "/" + bucket.name or path.startswith(f"/{bucket.name}/"):
            key = path[len(bucket.name) + 2 :]
        else:
            raise Refused(404, "NoSuchBucket")
        query = dict(self.query)
        with bucket.lock:
            if not key:
                return self.list(bucket, query)
            if "uploads" in query or "uploadId" in query:
                return self.multipart(bucket, key, query)
            return getattr(self, "object_" + self.command.lower())(bucket, key)

    def object_put(self, bucket: Bucket, key: str):
        condition = self.headers.get("if-none-match")
        if condition not in (None, "*"):
            raise Refused(501, "NotImplemented")
        if condition == "*" and key in bucket.objects:
            raise Refused(412, "PreconditionFailed")
        self.note_encryption(bucket, key)
        self.store(bucket, key, self.body, self.headers.get("content-type", ""))
        self.answer(200, headers={"etag": self.etag(self.body)})

    def note_encryption(self, bucket: Bucket, key: str):
        name = "x-amz-server-side-encryption"
        asked = [self.headers.get(name), self.headers.get(name + "-aws-kms-key-id")]
        bucket.encryption[key] = " ".join(filter(None, asked))

    def store(self, bucket: Bucket, key: str, body: bytes, content_type: str):
        if len(key.encode()) > 1024:
            raise Refused(400, "KeyTooLongError")
        bucket.objects[key] = (body, content_type)

    def etag(self, body: bytes) -> str:
        return f'"{hashlib.md5(body).hexdigest()}"'

    def object_get(self, bucket: Bucket, key: str):
        if key not in bucket.objects:
            raise Refused(404, "NoSuchKey")
        body, content_type = bucket.objects[key]
        headers = {"content-type": content_type, "etag": self.etag(body), "accept-ranges": "bytes"}
        if bucket.encryption.get(key):
            headers["x-amz-server-side-encryption"] = bucket.encryption[key]
        wanted = self.headers.get("range")
        if not wanted:
            return self.answer(200, body, headers)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        begin = int(first)
        end = min(int(last) if last else len(body) - 1, len(body) - 1)
        if begin >= len(body):
            raise Refused(416, "InvalidRange")
        headers["content-range"] = f"bytes {begin}-{end}/{len(body)}"
        return self.answer(206, body[begin : end + 1], headers)

    def object_head(self, bucket: Bucket, key: str):
        if key not in bucket.objects:
            return self.answer(404)
        body, content_type = bucket.objects[key]
        return self.answer(200, headers={"content-type": content_type, "etag": self.etag(body)}, length=len(body))

    def object_delete(self, bucket: Bucket, key: str):
        bucket.objects.pop(key, None)
        self.answer(204)

    def object_post(self, _bucket: Bucket, _key: str):
        raise Refused(405, "MethodNotAllowed")

    def list(self, bucket: Bucket, query: dict[str, str]):
        if self.command != "GET" or query.get("list-type") != "2":
            raise Refused(501, "NotImplemented")
        count = min(int(query.get("max-keys", "1000")), 1000)
        prefix = query.get("prefix", "")
        after = query.get("continuation-token") or query.get("start-after", "")
        encode = quote if query.get("encoding-type") == "url" else escape
        ordered = sorted(bucket.objects, key=lambda key: key.encode())
        keys = [key for key in ordered if key.startswith(prefix) and key.encode() > after.encode()]
        shown = keys[:count]
        truncated = "true" if len(keys) > count else "false"
        contents = "".join(
            f"<Contents><Key>{encode(key)}</Key><Size>{len(bucket.objects[key][0])}</Size></Contents>" for key in shown
        )
        xml = (
            f"<ListBucketResult><Name>{bucket.name}</Name><Prefix>{encode(prefix)}</Prefix>"
            f"<IsTruncated>{truncated}</IsTruncated><KeyCount>{len(shown)}</KeyCount>{contents}</ListBucketResult>"
        )
        self.answer(200, xml.encode(), {"content-type": "application/xml"})

    def multipart(self, bucket: Bucket, key: str, query: dict[str, str]):
        if self.command == "POST" and "uploads" in query:
            self.note_encryption(bucket, key)
            upload_id = f"upload&{len(bucket.uploads) + 1}"
            bucket.uploads[upload_id] = (key, self.headers.get("content-type", ""), {})
            xml = f"<InitiateMultipartUploadResult><UploadId>{escape(upload_id)}</UploadId></InitiateMultipartUploadResult>"
            return self.answer(200, xml.encode())
        upload = bucket.uploads.get(query.get("uploadId", ""))
        if upload is None or upload[0] != key:
            raise Refused(404, "NoSuchUpload")
        parts = upload[2]
        if self.command == "PUT":
            parts[int(query["partNumber"])] = self.body
            return self.answer(200, headers={"etag": self.etag(self.body)})
        if self.command == "DELETE":
            del bucket.uploads[query["uploadId"]]
            return self.answer(204)
        body = self.body.decode()
        for number in sorted(parts):
            etag = self.etag(parts[number])
            if f"<PartNumber>{number}</PartNumber><ETag>{etag}</ETag>" not in body:
                raise Refused(400, "InvalidPart")
        if body.count("<Part>") != len(parts):
            raise Refused(400, "InvalidPart")
        del bucket.uploads[query["uploadId"]]
        self.store(bucket, key, b"".join(parts[number] for number in sorted(parts)), upload[1])
        return self.answer(200, b"<CompleteMultipartUploadResult></CompleteMultipartUploadResult>")


class Double(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, access_key: str, secret_key: str, bucket: str):
        super().__init__(("127.0.0.1", port), Handler)
        self.access_key = access_key
        self.secret_key = secret_key
        self.bucket = Bucket(bucket)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--access-key", default="clew")
    parser.add_argument("--secret-key", default="clewsecret")
    parser.add_argument("--bucket", default="clew")
    options = parser.parse_args()
    double = Double(options.port, options.access_key, options.secret_key, options.bucket)
    print(f"listening on {double.server_port}", flush=True)
    threading.Thread(target=double.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
