"""Indonesian."""

from __future__ import annotations

from mailkit.testing.samples.script import Language, Script, acme, customer

LANGUAGE = Language(
    code="id",
    greetings=("Selamat pagi {name},", "Yth. {name},", "Halo {name},"),
    closings=("Hormat kami,", "Salam,", "Terima kasih,"),
    deal="{subject} (Deal {number})",
    ticket="[Ticket #{number}] {subject}",
    reply_prefix="Re: ",
    forward_prefix="Fwd: ",
    sent_from_phone="Dikirim dari iPhone saya",
    away_subject="Balasan otomatis: ",
    away_text=(
        "Terima kasih atas email Anda. Saya sedang cuti sampai {day} dan akan membalas setelah kembali.\n\n"
        "Untuk hal yang mendesak silakan hubungi kantor kami."
    ),
)

SCRIPTS = (
    Script(
        "id",
        "sales",
        "deal",
        "Permintaan penawaran {qty} unit {product}",
        (
            customer(
                "Kami berencana membuka gudang kedua di Surabaya pada {week} dan membutuhkan {qty} unit printer label "
                "{product}.\n\n"
                "Mohon dikirimkan penawaran harga termasuk ongkos kirim sampai pelabuhan Tanjung Perak.\n\n"
                "Apakah rol {product2} yang kami pakai sekarang masih cocok?"
            ),
            acme(
                "Terima kasih atas permintaannya. Untuk {qty} unit {product} harga kami EUR {price} per unit, "
                "total EUR {total}.\n\n"
                "Harga sudah termasuk ongkos kirim sampai Tanjung Perak.\n\n"
                "Rol {product2} cocok tanpa perubahan apa pun.\n\n"
                "Penawaran ini berlaku sampai {day}."
            ),
            customer(
                "Harganya masih agak di atas anggaran kami. Apakah ada potongan kalau kami ambil sekaligus "
                "untuk dua gudang?"
            ),
            acme("Untuk dua gudang kami bisa beri potongan 4 %. Pengiriman kedua boleh menyusul bulan depan."),
            customer("Baik, kami setuju. Surat pesanan {order} akan kami kirim besok pagi."),
        ),
    ),
    Script(
        "id",
        "support",
        "ticket",
        "Printer {product} tidak bisa tersambung ke jaringan",
        (
            customer(
                "Sejak pindah ruangan kemarin, printer {product} (nomor seri {serial}) tidak muncul lagi di jaringan. "
                "Kabel sudah kami ganti, lampu LAN menyala kuning.\n\n"
                "Mohon bantuannya, pengiriman sore ini menumpuk."
            ),
            acme(
                "Mohon maaf atas kendalanya. Boleh kami tanya dua hal:\n\n"
                "Alamat IP berapa yang tampil di layar printer?\n\n"
                "Apakah ruangan baru memakai router yang berbeda?"
            ),
            customer("Yang tampil 169.254.10.7.\n\nBetul, routernya baru dipasang minggu lalu.", inline=True),
            acme(
                "Berarti printer tidak mendapat alamat dari router baru. Silakan buka Menu / Jaringan / DHCP, "
                "pilih Aktif, lalu nyalakan ulang printernya."
            ),
            customer("Sudah bisa! Terima kasih banyak atas bantuan cepatnya."),
        ),
    ),
    Script(
        "id",
        "sales",
        "contact",
        "Konfirmasi pembayaran {invoice}",
        (
            customer(
                "Pembayaran untuk faktur {invoice} sudah kami transfer tadi pagi. "
                "Mohon dicek dan kapan barang pesanan {order} bisa dikirim?"
            ),
            acme("Dana sudah kami terima, terima kasih. Barang berangkat besok, nomor resi {lot}."),
            customer("Siap, kami tunggu. Mohon paketnya diberi tanda jangan dibanting, kemarin satu dus penyok."),
        ),
    ),
    Script(
        "id",
        "support",
        "ticket",
        "Barang kurang pada pesanan {order}",
        (
            customer(
                "Pesanan {order} sudah sampai, tetapi {product2} kurang dua dus dari jumlah di surat jalan {lot}. "
                "Foto sudah kami kirim lewat WhatsApp."
            ),
            acme("Kami sudah cek di gudang dan memang tertinggal. Dua dus tersebut dikirim hari ini tanpa ongkos."),
            customer("Terima kasih, dua dus sudah kami terima dengan baik."),
        ),
    ),
    Script(
        "id",
        "sales",
        "deal",
        "Kontrak perawatan {product}",
        (
            acme(
                "Garansi {product} di gudang Ibu (nomor seri {serial}) berakhir {day}. "
                "Kami tawarkan kontrak perawatan tahunan EUR {price}, termasuk suku cadang yang aus."
            ),
            customer("Terima kasih infonya. Apakah teknisi bisa datang ke Pekalongan, dan berapa kali setahun?"),
            acme("Bisa, dua kali setahun. Biaya perjalanan sudah termasuk."),
            customer("Baik, mohon dikirimkan draf kontraknya untuk kami pelajari."),
        ),
    ),
)
