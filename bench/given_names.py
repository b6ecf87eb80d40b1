"""Names of made-up people in Portuguese, Spanish and English, the frequent ones first. Pure.

With short names that the product need not know: from everyday use, not from the product's tables.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.names import falling, words

_PT_WOMEN = """
    Maria Ana Francisca Antônia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna
    Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Vera Vitória Larissa Cláudia Beatriz Luana Rita
    Sônia Renata Eliane Josefa Simone Natália Cristiane Carla Débora Rosângela Jaqueline Rosa Daniela
    Aparecida Marlene Terezinha Raimunda Andréia Fabiana Lúcia Raquel Ângela Rafaela Joana Luzia Isabel
    Carolina Helena Teresa
"""
_PT_MEN = """
    José João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael Daniel Marcelo
    Bruno Eduardo Felipe Raimundo Rodrigo Manoel Mateus André Fernando Fábio Leonardo Gustavo Guilherme
    Leandro Tiago Anderson Ricardo Márcio Jorge Alexandre Sebastião Roberto Edson Diego Vítor Sérgio
    Cláudio Joaquim Henrique
"""
_PT_FAMILY = """
    Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Ribeiro Carvalho Costa Martins
    Araújo Almeida Barbosa Rocha Dias Melo Nascimento Cardoso Andrade Moreira Nunes Marques Machado Mendes
    Freitas Ramos Gonçalves Teixeira Vieira Moura Cavalcanti Monteiro Batista Correia Campos Castro Pinto
    Azevedo Cunha Borges Pires Rezende Duarte Fonseca Tavares Peixoto Farias Antunes Coelho Guimarães
    Barros Brito Macedo Siqueira
"""
_ES_WOMEN = """
    María Carmen Ana Isabel Laura Cristina Marta Lucía Paula Sara Elena Raquel Rosa Pilar Dolores Teresa
    Francisca Antonia Mercedes Patricia Beatriz Rocío Andrea Silvia Julia Irene Alba Sofía Claudia
    Alejandra Guadalupe Verónica Gabriela Daniela Fernanda Valentina Camila Adriana Leticia Rosario Josefa
    Concepción Inés Natalia
"""
_ES_MEN = """
    José Antonio Juan Manuel Francisco Luis Javier Miguel Carlos Ángel Jesús David Daniel Pedro Alejandro
    Rafael Fernando Pablo Jorge Ramón Sergio Alberto Andrés Diego Enrique Vicente Ignacio Álvaro Roberto
    Eduardo Santiago Guillermo Raúl Joaquín Ricardo Salvador Rubén Gregorio Alfonso Adrián Iván Óscar
    Víctor Martín
"""
_ES_FAMILY = """
    García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz
    Díaz Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez Ramos Vázquez Ramírez Gil
    Serrano Morales Molina Blanco Suárez Castro Ortega Delgado Ortiz Marín Rubio Núñez Medina Sanz
    Castillo Iglesias Cortés Garrido Santos Guerrero Lozano Cano Cruz Méndez Flores Prieto Herrera Peña
    León Márquez Cabrera Vega Rojas
"""
_EN_WOMEN = """
    Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Margaret Sandra
    Ashley Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah Stephanie Rebecca Sharon
    Laura Cynthia Kathleen Amy Angela Catherine Samantha Victoria Christine Janet Emma Olivia Rachel
    Heather Julia Alice
"""
_EN_MEN = """
    James Robert John Michael David William Richard Joseph Thomas Charles Christopher Daniel Matthew
    Anthony Mark Donald Steven Paul Andrew Joshua Kenneth Kevin Brian George Timothy Ronald Edward Jason
    Jeffrey Ryan Jacob Nicholas Gary Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel
    Gregory Alexander Patrick Henry
"""
_EN_FAMILY = """
    Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Thomas Taylor Moore Jackson Martin Lee
    Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams
    Nelson Baker Hall Campbell Mitchell Carter Roberts Phillips Evans Turner Parker Collins Edwards
    Stewart Morris Murphy Cook Rogers Morgan Cooper Peterson Reed Bailey Bell Kelly Howard Ward Cox
    Richardson Watson Brooks Gray James
"""
_PT_SHORT = """
    José:Zé João:Joãozinho Francisco:Chico Antônio:Tonho Fernando:Nando Eduardo:Dudu Roberto:Beto
    Sebastião:Tião Isabel:Bel Fernanda:Nanda Rafael:Rafa Gabriel:Biel Gabriela:Gabi Juliana:Ju
    Carolina:Carol Rodrigo:Rô Henrique:Rique Felipe:Lipe Camila:Mila Beatriz:Bia Helena:Lena
    Alexandre:Xande Leonardo:Leo Joaquim:Quim Eduarda:Duda Mariana:Mari Patrícia:Pati Ricardo:Cadu
    Letícia:Lê Terezinha:Teca Teresa:Teca
"""
_ES_SHORT = """
    José:Pepe Francisco:Paco Manuel:Manolo Ignacio:Nacho Enrique:Quique Dolores:Lola Rosario:Charo
    Jesús:Chuy Guadalupe:Lupe Concepción:Concha Mercedes:Merche Antonio:Toño Alejandro:Álex Eduardo:Lalo
    Guillermo:Memo Fernando:Nando Roberto:Beto Salvador:Chava Vicente:Chente Francisca:Paca Santiago:Santi
    Rafael:Rafa Isabel:Chabela Javier:Javi Daniel:Dani Beatriz:Bea Cristina:Cris Sergio:Checo
    Gregorio:Goyo Pilar:Pili
"""
_EN_SHORT = """
    Robert:Bob William:Bill Richard:Dick James:Jim Joseph:Joe Thomas:Tom Charles:Charlie Michael:Mike
    Daniel:Dan Matthew:Matt Anthony:Tony Steven:Steve Andrew:Drew Joshua:Josh Kenneth:Ken Edward:Ted
    Elizabeth:Liz Patricia:Trish Jennifer:Jen Barbara:Barb Susan:Sue Margaret:Peggy Kimberly:Kim
    Deborah:Debbie Rebecca:Becky Kathleen:Kathy Catherine:Kate Samantha:Sam Victoria:Vicky Christine:Chris
    Christopher:Chris Nicholas:Nick Benjamin:Ben Samuel:Sam Gregory:Greg Alexander:Alex Timothy:Tim
    Ronald:Ron Jeffrey:Jeff Jonathan:Jon
"""
# Names beyond the frequent ones, which a third of all people have: most of them are rare.
_STEMS = words("Al Bar Cal Der Es Fal Gar Hel In Jor Kal Lan Mar Nor Or Pal Quin Rol Sal Tor Ur Val Wen Zan")
_MIDDLES = words("ba be ca da de fa ga la le li ma mi na ne ra re ri sa se ta te va ve")
_ENDS = words("da dez ini ler lo man mann na nes ni no ra ri ro son ssi ta ter tti va vedo ves zzi")
_GIVEN_ENDS = words(
    "ana elle ena ia iana ina isa ela ilda aine aldo ano ardo ário el ério ildo ilson inho iro on"
)
_RARE = 1 / 3


@dataclass(frozen=True)
class Language:
    """How people are called where it is spoken."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    family: tuple[str, ...]
    short: Mapping[str, str]
    two_given: float  # how often
    two_family: float

    def given(self, dice: random.Random) -> list[str]:
        names = self.women if dice.random() < 0.52 else self.men
        count = 2 if dice.random() < self.two_given else 1
        return list(dict.fromkeys(self._one_given(names, dice) for _ in range(count)))

    def _one_given(self, names: Sequence[str], dice: random.Random) -> str:
        if dice.random() < _RARE:
            return dice.choice(_STEMS) + dice.choice(_MIDDLES)[0] + dice.choice(_GIVEN_ENDS)
        return _pick(names, dice)

    def families(self, dice: random.Random) -> list[str]:
        count = 2 if dice.random() < self.two_family else 1
        return [self.one_family(dice) for _ in range(count)]

    def one_family(self, dice: random.Random) -> str:
        if dice.random() < _RARE:
            return dice.choice(_STEMS) + dice.choice(_MIDDLES) + dice.choice(_ENDS)
        return _pick(self.family, dice)


def _pick(names: Sequence[str], dice: random.Random) -> str:
    return dice.choices(names, cum_weights=_TAILS[len(names)])[0]


def _short(text: str) -> dict[str, str]:
    return dict(each.split(":") for each in words(text))


PORTUGUESE = Language(words(_PT_WOMEN), words(_PT_MEN), words(_PT_FAMILY), _short(_PT_SHORT), 0.3, 0.5)
SPANISH = Language(words(_ES_WOMEN), words(_ES_MEN), words(_ES_FAMILY), _short(_ES_SHORT), 0.25, 0.7)
ENGLISH = Language(words(_EN_WOMEN), words(_EN_MEN), words(_EN_FAMILY), _short(_EN_SHORT), 0.1, 0.05)
_TAILS = {
    len(names): falling(len(names), offset=8)
    for each in (PORTUGUESE, SPANISH, ENGLISH)
    for names in (each.women, each.men, each.family)
}
