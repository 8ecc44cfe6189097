"""Files as people send them: photos, and PDFs with what does not belong in them."""

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import ExifTags, Image

SECRET = b"57.1234 SECRET PLACE"
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
)


def a_jpeg(size: tuple[int, int] = (64, 32), mode: str = "RGB", orientation: int = 6) -> bytes:
    """Return a photo that says where it was taken and is to be turned a quarter."""
    image, out = Image.new(mode, size), io.BytesIO()
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = SECRET.decode()
    exif[ExifTags.Base.Orientation] = orientation
    image.save(out, "JPEG", exif=exif, comment=SECRET, **({} if mode == "CMYK" else {"icc_profile": SECRET}))
    return out.getvalue()


def an_active_pdf() -> bytes:
    """Return a PDF with scripts, a file, a launched program, a form of XML, a photo's place and its maker's name."""
    script = Dictionary(Type=Name.Action, S=Name.JavaScript, JS=pikepdf.String("app.alert('SCRIPT')"))
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(200, 200))
        root, secret = document.Root, Stream(document, b"HIDDEN FILE")
        root.OpenAction, root.AA = script, Dictionary(WC=script)
        named = Array([pikepdf.String("x"), document.make_indirect(script)])
        file = Dictionary(
            Type=Name.Filespec, F=pikepdf.String("a.exe"), EF=Dictionary(F=document.make_indirect(secret))
        )
        root.Names = Dictionary(
            JavaScript=Dictionary(Names=named), EmbeddedFiles=Dictionary(Names=Array([pikepdf.String("a.exe"), file]))
        )
        root.AcroForm = Dictionary(XFA=document.make_indirect(Stream(document, b"<xfa/>")), Fields=Array())
        root.Metadata = Stream(document, b"<?xpacket?><!-- SECRET PLACE -->", Type=Name.Metadata)
        document.trailer.Info = document.make_indirect(Dictionary(Author=pikepdf.String("SECRET PERSON")))
        page.AA = Dictionary(O=script)
        widget = _annotation(document, Name.Widget, FT=Name.Btn, T=pikepdf.String("x"), MK=Dictionary(X=script))
        root.AcroForm.Fields = Array([widget])
        page.Annots = Array([
            _annotation(document, Name.Link, A=script),
            _annotation(document, Name.Link, A=Dictionary(S=Name.Launch, F=pikepdf.String("cmd.exe"))),
            _annotation(document, Name.Link, A=Dictionary(S=Name.URI, URI=pikepdf.String("https://example.se/karta"))),
            _annotation(document, Name.Link, A=Dictionary(S=Name.URI, URI=pikepdf.String("javascript:alert(1)"))),
            widget,
            _annotation(document, Name.FileAttachment, FS=file),
            _annotation(document, Name.RichMedia, RichMediaContent=Dictionary(Assets=file)),
        ])  # fmt: skip
        photo = Stream(document, a_jpeg(), Type=Name.XObject, Subtype=Name.Image, Width=64, Height=32)
        photo.ColorSpace, photo.BitsPerComponent, photo.Filter = Name.DeviceRGB, 8, Name.DCTDecode
        page.Resources = Dictionary(XObject=Dictionary(Im0=photo))
        page.Contents = Stream(document, b"q 100 0 0 100 0 0 cm /Im0 Do Q")
        out = io.BytesIO()
        document.save(out)
    return out.getvalue()


def a_locked_pdf(password: str = "") -> bytes:
    """Return an encrypted PDF; without a password anybody can open it, but not change it."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out, encryption=pikepdf.Encryption(owner="owner", user=password))
    return out.getvalue()


def written_out(pdf: bytes) -> bytes:
    """Return a PDF with every object of it in plain text."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, qdf=True, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
    return out.getvalue()


def _annotation(document: pikepdf.Pdf, kind: Name, **more: object) -> pikepdf.Object:
    return document.make_indirect(Dictionary(Type=Name.Annot, Subtype=kind, Rect=Array([0, 0, 9, 9]), **more))
