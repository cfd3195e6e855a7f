"""The small world of the samples: Acme, who sells label printers and packing machines, and those who write to it."""

from __future__ import annotations

from datetime import timedelta, timezone

from mailkit.testing.samples.model import Company, Contact

__all__ = [
    "ACME",
    "COMPANIES",
    "CONTACTS",
    "PRINTERS",
    "ROLLS",
    "SALES",
    "STRANGERS",
    "SUPPORT",
    "TRUSTED_HOST",
    "ZONES",
    "company_of",
]

SALES = "sales@acme.example"
SUPPORT = "support@acme.example"
TRUSTED_HOST = "mx.acme.example"

ZONES = {
    "en": timezone(timedelta(0)),
    "de": timezone(timedelta(hours=1)),
    "id": timezone(timedelta(hours=7)),
    "ja": timezone(timedelta(hours=9)),
    "ar": timezone(timedelta(hours=4)),
}

PRINTERS = (("LX-200", 489), ("LX-200W", 549), ("LX-450", 1190), ("LX-700", 2350), ("PX-12", 3400), ("SX-30", 1875))
ROLLS = ("TR-80", "TR-100", "TD-57", "TD-100", "RB-110")

COMPANIES = (
    Company(1, "Nordwind Logistik GmbH", "nordwind.example", "de"),
    Company(2, "Harbour & Finch Ltd", "harbour-finch.example", "en"),
    Company(3, "PT Sinar Laut Abadi", "sinarlaut.example", "id"),
    Company(4, "株式会社さくら精機", "sakura-seiki.example", "ja"),
    Company(5, "شركة النور للتجارة", "alnoor-trading.example", "ar"),
    Company(6, "Kessler Maschinenbau GmbH & Co. KG", "kessler-bau.example", "de", authenticated=False),
    Company(7, "Maple Ridge Dental Group", "mapleridge.example", "en"),
    Company(8, "Batik Melati", "batikmelati.example", "id", authenticated=False),
    Company(9, "青山印刷株式会社", "aoyama-print.example", "ja"),
    Company(10, "Tamimi Packaging LLC", "tamimi-pack.example", "ar"),
    Company(11, "Bluebell Catering", "bluebell.example", "en", authenticated=False),
    Company(12, "Papyrus Paper Supply", "papyrus-paper.example", "en"),
)

CONTACTS = (
    Contact(1, 1, "Klaus Weber", "k.weber@nordwind.example", "Herr Weber", "Leiter Einkauf", "de", "outlook"),
    Contact(2, 1, "Jürgen Groß", "j.gross@nordwind.example", "Herr Groß", "Lagerleitung", "de", "thunderbird"),
    Contact(3, 2, "Eleanor Finch", "eleanor@harbour-finch.example", "Eleanor", "Managing Director", "en", "apple"),
    Contact(4, 2, "Tom Okafor", "tom.okafor@harbour-finch.example", "Tom", "Operations", "en", "gmail"),
    Contact(5, 3, "Dewi Lestari", "dewi@sinarlaut.example", "Bu Dewi", "Manajer Pembelian", "id", "gmail"),
    Contact(6, 3, "Agus Pratama", "agus.pratama@sinarlaut.example", "Pak Agus", "Kepala Gudang", "id", "outlook"),
    Contact(7, 4, "田中 健一", "tanaka@sakura-seiki.example", "田中様", "購買部", "ja", "outlook"),
    Contact(8, 4, "鈴木 美咲", "suzuki@sakura-seiki.example", "鈴木様", "製造部", "ja", "gmail"),
    Contact(9, 5, "خالد المنصوري", "khalid@alnoor-trading.example", "أستاذ خالد", "مدير المشتريات", "ar", "outlook"),
    Contact(10, 5, "ليلى حداد", "layla@alnoor-trading.example", "أستاذة ليلى", "المحاسبة", "ar", "gmail"),
    Contact(11, 6, "Sabine Kessler", "sabine@kessler-bau.example", "Frau Kessler", "Geschäftsführung", "de", "apple"),
    Contact(12, 7, "Rachel Kim", "rkim@mapleridge.example", "Rachel", "Office Manager", "en", "outlook"),
    Contact(13, 7, "Dr. Paul Hensley", "phensley@mapleridge.example", "Dr. Hensley", "Partner", "en", "iphone"),
    Contact(14, 8, "Rina Wulandari", "rina@batikmelati.example", "Mbak Rina", "Pemilik", "id", "iphone"),
    Contact(15, 9, "佐藤 直子", "sato@aoyama-print.example", "佐藤様", "総務部", "ja", "apple"),
    Contact(16, 10, "Omar Tamimi", "omar@tamimi-pack.example", "أستاذ عمر", "مدير العمليات", "ar", "apple"),
    Contact(17, 11, "Grace Holloway", "grace@bluebell.example", "Grace", "Owner", "en", "gmail"),
    Contact(18, 12, "Martin O'Shea", "accounts@papyrus-paper.example", "Martin", "Accounts", "en", "outlook"),
    Contact(19, 1, "Miriam Schäfer", "m.schaefer@nordwind.example", "Frau Schäfer", "Buchhaltung", "de", "outlook"),
    Contact(20, 2, "Priya Raman", "priya@harbour-finch.example", "Priya", "Warehouse", "en", "thunderbird"),
)

ACME = {
    SALES: {
        "en": Contact(0, 0, "Ana Torres", SALES, "Ana", "Sales, Acme Ltd", "en", "outlook"),
        "de": Contact(0, 0, "Jonas Beck", SALES, "Herr Beck", "Vertrieb, Acme Ltd", "de", "outlook"),
        "id": Contact(0, 0, "Ana Torres", SALES, "Bu Ana", "Penjualan, Acme Ltd", "id", "gmail"),
        "ja": Contact(0, 0, "森 由美", SALES, "森様", "Acme Ltd 営業部", "ja", "outlook"),
        "ar": Contact(0, 0, "سامي الخطيب", SALES, "أستاذ سامي", "قسم المبيعات - Acme Ltd", "ar", "gmail"),
    },
    SUPPORT: {
        "en": Contact(0, 0, "Maya Lindqvist", SUPPORT, "Maya", "Support, Acme Ltd", "en", "gmail"),
        "de": Contact(0, 0, "Maya Lindqvist", SUPPORT, "Frau Lindqvist", "Support, Acme Ltd", "de", "thunderbird"),
        "id": Contact(0, 0, "Budi Hartono", SUPPORT, "Pak Budi", "Layanan Pelanggan, Acme Ltd", "id", "gmail"),
        "ja": Contact(0, 0, "森 由美", SUPPORT, "森様", "Acme Ltd サポート", "ja", "gmail"),
        "ar": Contact(0, 0, "سامي الخطيب", SUPPORT, "أستاذ سامي", "الدعم الفني - Acme Ltd", "ar", "outlook"),
    },
}

STRANGERS = (
    Contact(0, 0, "Derek Vance", "derek@growthrocket-leads.example", "Derek", "Growth Consultant", "en", "gmail"),
    Contact(0, 0, "Lena Hoffmann", "lena.hoffmann@freemail.example", "Frau Hoffmann", "Studentin", "de", "apple"),
    Contact(0, 0, "Yusuf Hidayat", "yusuf.h@freemail.example", "Pak Yusuf", "Mahasiswa", "id", "gmail"),
    Contact(0, 0, "Carol Whitby", "carol@whitby-recruiting.example", "Carol", "Recruiter", "en", "outlook"),
)


def company_of(contact: Contact) -> Company | None:
    """The company a contact works for; None for strangers and for our own people."""
    return next((company for company in COMPANIES if company.id == contact.company_id), None)
