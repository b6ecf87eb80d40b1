"""Family names that so many people have that an address made of one says little more than the name.

The most frequent ones of Brazil and Portugal (IBGE, SPIE), Spain and Latin America (INE, INEGI), the United
States and the United Kingdom (Census 2010, ONS), as they sound (words.py): Souza and Sousa are one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from services.dedup.domain.words import sound

_NAMES: Final = """
    silva santos oliveira souza rodrigues ferreira alves pereira lima gomes ribeiro carvalho costa martins
    araujo almeida barbosa rocha dias melo nascimento cardoso andrade moreira nunes marques machado mendes
    freitas ramos goncalves teixeira vieira fernandes lopes soares monteiro correia pinto campos
    castro batista moura cavalcanti cavalcante azevedo cunha borges pires rezende duarte fonseca tavares
    farias peixoto antunes coelho guimaraes barros brito macedo siqueira morais miranda nogueira
    neves reis xavier
    garcia gonzalez lopez martinez sanchez perez gomez martin jimenez ruiz hernandez diaz moreno munoz alvarez
    romero gutierrez alonso navarro torres dominguez vazquez ramirez gil serrano morales molina suarez ortega
    delgado ortiz cruz flores rivera reyes vargas mendoza rojas herrera medina
    aguilar castillo ramos santos guerrero lozano cano mendez prieto pena leon marquez cabrera vega
    rubio marin nunez sanz iglesias cortes garrido blanco serrano contreras guzman munoz salazar soto valdez
    smith johnson williams brown jones miller davis wilson anderson thomas taylor moore jackson lee thompson
    white harris clark lewis robinson walker young allen king wright scott hill green adams nelson baker hall
    campbell mitchell carter roberts evans hughes edwards phillips turner parker
    collins stewart morris murphy cook rogers morgan cooper peterson reed bailey bell kelly howard ward cox
    richardson watson brooks gray james bennett wood price ross powell long patterson russell
"""
_SOUNDS: Final = frozenset(map(sound, _NAMES.split()))


@lru_cache(maxsize=65_536)
def is_frequent(word: str) -> bool:
    """Lower-case ASCII."""
    return sound(word) in _SOUNDS
