"""Names of made-up people, in the scripts that a company with customers everywhere meets. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class _Language:
    """Names with the frequent ones first: the one at rank r is met as 1/(r+3)."""

    share: float
    first: tuple[str, ...]
    last: tuple[str, ...]
    space: str = " "
    family_first: bool = False
    second_family_name: float = 0.0  # how often

    def name(self, dice: random.Random) -> str:
        first, last = _pick(self.first, dice), _pick(self.last, dice)
        if self.second_family_name and dice.random() < self.second_family_name:
            last = f"{_pick(self.last, dice)} {last}"
        return self.space.join((last, first) if self.family_first else (first, last))


def words(text: str) -> tuple[str, ...]:
    """Those that spaces part."""
    return tuple(text.split())


_PORTUGUESE = _Language(
    0.55,
    words(
        "Maria José Ana João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael "
        "Daniel Marcelo Bruno Eduardo Felipe Raimundo Rodrigo Manoel Mateus André Fernando Fábio "
        "Leonardo Gustavo Guilherme Leandro Tiago Anderson Ricardo Márcio Jorge Alexandre Sebastião "
        "Roberto Edson Diego Vítor Sérgio Cláudio Francisca Antônia Adriana Juliana Márcia Fernanda "
        "Patrícia Aline Sandra Camila Amanda Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana "
        "Gabriela Vera Vitória Larissa Cláudia Beatriz Luana Rita Sônia Renata Eliane Josefa Simone "
        "Natália Cristiane Carla Débora Rosângela Jaqueline Rosa Daniela Aparecida Marlene Terezinha "
        "Raimunda Andréia Fabiana Lúcia Raquel Ângela Rafaela Joana Luzia Zoé Íris Noêmia"
    ),
    words(
        "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Ribeiro Carvalho Costa "
        "Martins Araújo Almeida Barbosa Rocha Dias Melo Nascimento Cardoso Andrade Moreira Nunes Marques "
        "Machado Mendes Freitas Ramos Gonçalves Teixeira Vieira Moura Cavalcanti Monteiro Batista "
        "Correia Campos Castro Pinto Azevedo Cunha Borges Pires Rezende Duarte Fonseca Tavares Peixoto "
        "Farias Antunes Coelho Guimarães Barros Brito Macedo"
    ),
    second_family_name=0.4,
)
_EUROPEAN = _Language(
    0.20,
    words(
        "Anna Peter Thomas Michael Julia Sofía Lucía Carmen Javier Miguel Hélène François Émile Chloé "
        "Søren Åsa Björn Łukasz Agnieszka Jürgen Käthe Zoë Đorđe Müge Çağla Nguyễn Ștefan Ağustin Siân"
    ),
    words(
        "García Fernández Müller Schmidt Rossi Dubois Lefèvre Kowalski Dąbrowski Novák Dvořák Öztürk "
        "Yılmaz O'Neill Al-Sayed Ström Lindqvist Jørgensen Popescu Horvat Šimić Nagy Kőszegi Nguyễn"
    ),
)
_CYRILLIC = _Language(
    0.06,
    words(
        "Александр Елена Сергей Ольга Дмитрий Татьяна Алексей Наталья Андрей Юлия Олексій Оксана Ђорђе Йордан"
    ),
    words(
        "Иванов Смирнова Кузнецов Попова Соколов Лебедева Козлов Новикова Шевченко Бондаренко Јовановић Ткач"
    ),
)
_GREEK = _Language(
    0.03,
    words("Γιώργος Μαρία Κωνσταντίνος Ελένη Δημήτρης Κατερίνα Ιωάννης Άννα Νίκος Βασιλική"),
    words("Παπαδόπουλος Οικονόμου Παππάς Νικολάου Βλάχος Ιωάννου Γεωργίου Αθανασίου Καραγιάννης"),
)
_ARABIC = _Language(
    0.05,
    words("محمد أحمد فاطمة علي عائشة حسن مريم عمر ليلى خالد يوسف نور إبراهيم سارة"),
    words("الأحمد حسين عبدالله الخطيب منصور النجار العلي صالح المصري حداد الشامي"),
)
_HEBREW = _Language(
    0.02,
    words("דוד שרה משה רחל יוסף מרים אברהם נועה יעקב תמר"),
    words("כהן לוי מזרחי פרץ ביטון דהן אברהם פרידמן אזולאי"),
)
_CHINESE = _Language(
    0.04,
    words("伟 芳 娜 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰 涛 明 超 秀兰 霞 平 志强 小红 建国"),
    words("王 李 张 刘 陈 杨 黄 赵 吴 周 徐 孙 马 朱 胡 郭 何 欧阳"),
    space="",
    family_first=True,
)
_JAPANESE = _Language(
    0.02,
    words("陽菜 翔太 美咲 健太 さくら 大輔 直樹 愛 ユウキ 恵子"),
    words("佐藤 鈴木 高橋 田中 渡辺 伊藤 山本 中村 小林 加藤"),
    family_first=True,
)
_KOREAN = _Language(
    0.01,
    words("민준 서연 지훈 수빈 예은 현우 지민 은지"),
    words("김 이 박 최 정 강 조 윤"),
    space="",
    family_first=True,
)
_HINDI = _Language(
    0.02,
    words("राहुल प्रिया अमित अनीता विजय सुनीता संजय पूजा अर्जुन मीना"),
    words("शर्मा वर्मा सिंह गुप्ता कुमार पटेल यादव मिश्रा जोशी"),
)
_LANGUAGES = (
    _PORTUGUESE,
    _EUROPEAN,
    _CYRILLIC,
    _GREEK,
    _ARABIC,
    _HEBREW,
    _CHINESE,
    _JAPANESE,
    _KOREAN,
    _HINDI,
)
_SHARES = tuple(accumulate(language.share for language in _LANGUAGES))


def falling(count: int, *, offset: int = 1) -> tuple[float, ...]:
    """Cumulative weights of a long tail: rank r is met as 1/(r + offset)."""
    return tuple(accumulate(1 / (rank + offset) for rank in range(count)))


_TAILS = {n: falling(n, offset=3) for each in _LANGUAGES for n in (len(each.first), len(each.last))}


def name(dice: random.Random) -> str:
    """Somebody's name."""
    return dice.choices(_LANGUAGES, cum_weights=_SHARES)[0].name(dice)


def _pick(names: Sequence[str], dice: random.Random) -> str:
    return dice.choices(names, cum_weights=_TAILS[len(names)])[0]
